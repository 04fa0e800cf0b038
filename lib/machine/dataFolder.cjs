'use strict';

const { resolve } = require('node:path');

/**
 * The folder that data is read from and downloaded to: data/cache, or the one that the environment variable
 * UNROLLED_DATA names; a relative path starts at the project's folder.
 *
 * @param {NodeJS.ProcessEnv} env
 */
exports.dataFolder = (env) => resolve(__dirname, '..', '..', env['UNROLLED_DATA'] || 'data/cache');
