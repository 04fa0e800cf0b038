'use strict';

const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { isRunning } = require('./running.cjs');

/**
 * Writes a file whole or not at all: under a name that no other call has, in the same folder, to the disk, and
 * then renamed. A file that is there keeps its rights, a link stays one. What killed processes left is removed.
 *
 * @param {string} path @param {string} text
 * @throws {Error} when it cannot be written; what was there is there still
 */
exports.writeWhole = function (path, text) {
  const target = fs.existsSync(path) ? fs.realpathSync(path) : path;
  removeAbandoned(target);
  const partial = `${target}.${process.pid}-${randomUUID().slice(0, 8)}.partial`;
  try {
    const mode = fs.existsSync(target) ? fs.statSync(target).mode : 0o666;
    fs.writeFileSync(partial, text, { flag: 'wx', mode, flush: true });
    fs.renameSync(partial, target);
  } catch (error) {
    fs.rmSync(partial, { force: true });
    throw error;
  }
};

function removeAbandoned(/** @type {string} */ target) {
  const start = `${basename(target)}.`;
  const names = fs.readdirSync(dirname(target)).filter((name) => name.startsWith(start));
  for (const name of names) {
    const owner = /^(\d+)-[0-9a-f]{8}\.partial$/.exec(name.slice(start.length))?.[1];
    if (owner && !isRunning(Number(owner))) fs.rmSync(join(dirname(target), name), { force: true });
  }
}
