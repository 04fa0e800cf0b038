'use strict';

const { existsSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');

const windows = process.platform === 'win32';
const project = resolve(__dirname, '..', '..');

/** @typedef {import('./pythonEnvironment.cjs').PythonEnvironment} PythonEnvironment */

/**
 * The one rule for which Python environment has the packages of environment.yml: the active conda
 * environment, unless that is conda's base or lacks them, else the nearest `.venv` going up from `folder`,
 * in this project that of the project, whether or not it is there yet.
 *
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @returns {PythonEnvironment}
 */
exports.pythonEnvironment = function (folder, env) {
  const conda = env['CONDA_PREFIX'];
  if (conda && env['CONDA_DEFAULT_ENV'] !== 'base' && isComplete(conda)) {
    return at(conda, 'conda');
  }
  const above = upwards(folder).map((each) => join(each, '.venv'));
  return at(above.find((prefix) => existsSync(prefix)) ?? above.at(-1) ?? '', 'venv');
};

/** Whether an environment has JupyterLab and its renderer of our figures. */
function isComplete(/** @type {string} */ prefix) {
  const renderer = join(prefix, 'share', 'jupyter', 'labextensions', 'jupyterlab-plotly');
  return existsSync(at(prefix, 'conda').program('jupyter-lab')) && existsSync(renderer);
}

/**
 * @param {string} prefix @param {'conda' | 'venv'} kind
 * @returns {PythonEnvironment}
 */
function at(prefix, kind) {
  const bin = join(prefix, windows ? 'Scripts' : 'bin');
  const program = (/** @type {string} */ name) => join(bin, windows ? `${name}.exe` : name);
  const python = kind === 'conda' && windows ? join(prefix, 'python.exe') : program('python');
  return { kind, prefix, python, bin, program };
}

/** @returns {string[]} */
function upwards(/** @type {string} */ folder) {
  const above = dirname(folder);
  return above === folder || folder === project ? [folder] : [folder, ...upwards(above)];
}
