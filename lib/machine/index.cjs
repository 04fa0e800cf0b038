'use strict';

exports.dataFolder = require('./dataFolder.cjs').dataFolder;
exports.isRunning = require('./running.cjs').isRunning;
exports.pythonEnvironment = require('./pythonEnvironment.cjs').pythonEnvironment;
exports.writeWhole = require('./writeWhole.cjs').writeWhole;
