import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, scratch, windows } from './house.mjs';
import { requirements } from './requirements.mjs';
import { isMadeFrom, noteMadeFrom } from './stamp.mjs';
import { run, SetupError } from './step.mjs';

/**
 * Where the Python packages are: an active conda environment made from environment.yml, else .venv.
 *
 * @typedef {{ kind: 'conda' | 'venv', prefix: string, python: string, bin: string }} Environment
 */

/** @returns {Environment} */
export function environment() {
  const conda = process.env['CONDA_PREFIX'];
  return conda && isOurs(conda) ? at(conda, 'conda') : at(join(root, '.venv'), 'venv');
}

/** Whether a conda environment has what environment.yml lists; conda's own base is not for that. */
function isOurs(/** @type {string} */ prefix) {
  const renderer = join(prefix, 'share', 'jupyter', 'labextensions', 'jupyterlab-plotly');
  const isBase = process.env['CONDA_DEFAULT_ENV'] === 'base';
  return !isBase && existsSync(executable(prefix, 'jupyter-lab')) && existsSync(renderer);
}

/** The path of a program of the environment. */
export const program = (/** @type {Environment} */ env, /** @type {string} */ name) =>
  executable(env.prefix, name);

/**
 * The process environment in which the environment's programs come first, and TensorFlow gives each
 * op one thread: the nets of the notebooks are thin, and two ops side by side suit them better.
 */
export function variables(/** @type {Environment} */ env) {
  const separator = windows ? ';' : ':';
  return {
    ...process.env,
    PATH: `${env.bin}${separator}${process.env['PATH']}`,
    JUPYTER: program(env, 'jupyter'),
    JUPYTER_PREFER_ENV_PATH: '1',
    TF_NUM_INTRAOP_THREADS: process.env['TF_NUM_INTRAOP_THREADS'] ?? '1',
  };
}

/**
 * Fills the environment from environment.yml. When the list changes, .venv is made anew; when only
 * TensorFlow is another, such as the one for a GPU, or was not to be had, the rest stays.
 */
export async function installPython(/** @type {(detail: string) => void} */ say) {
  const wanted = await requirements();
  const env = environment();
  if (env.kind === 'conda') return `the active conda environment, ${env.prefix}`;
  const stamp = (/** @type {string} */ name) => join(env.prefix, `.unrolled-${name}`);
  if (!isMadeFrom(stamp('jupyter'), wanted.jupyter)) {
    await createVenv(env.prefix, say);
    try {
      await pip(env, 'jupyter.txt', wanted.jupyter, say);
    } catch (error) {
      throw new SetupError(
        `pip could not install JupyterLab: ${/** @type {Error} */ (error).message}. ` +
          'Check the network and the index ("pip config list"), then run the same command again.',
      );
    }
    noteMadeFrom(stamp('jupyter'), wanted.jupyter);
  }
  if (isMadeFrom(stamp('tensorflow'), wanted.tensorflow)) return 'nothing to do';
  try {
    if (existsSync(stamp('tensorflow'))) await removeTensorFlow(env, say);
    await pip(env, 'tensorflow.txt', wanted.tensorflow, say);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (message.includes('No matching distribution')) {
      noteMadeFrom(stamp('tensorflow'), wanted.tensorflow);
    }
    return `installed, but for TensorFlow (${message}): the notebooks will run on a slower backend`;
  }
  noteMadeFrom(stamp('tensorflow'), wanted.tensorflow);
  return 'installed in .venv';
}

async function removeTensorFlow(
  /** @type {Environment} */ env,
  /** @type {(detail: string) => void} */ say,
) {
  await run(env.python, ['-m', 'pip', 'uninstall', '-y', 'tensorflow', 'tensorflow-cpu'], { say });
}

async function createVenv(
  /** @type {string} */ prefix,
  /** @type {(detail: string) => void} */ say,
) {
  const base = findPython();
  try {
    await run(base, ['-m', 'venv', '--clear', prefix], { say });
  } catch (error) {
    throw new SetupError(
      `${base} could not make .venv: ${/** @type {Error} */ (error).message}. ` +
        'On Debian and Ubuntu install python3-venv; or name another Python with PYTHON=/path/to/python.',
    );
  }
}

function findPython() {
  const forced = process.env['PYTHON'];
  const candidates = forced
    ? [forced]
    : ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
  const found = candidates.find((name) => version(name) >= 310);
  if (found) return found;
  throw new SetupError(
    forced
      ? `PYTHON=${forced} is no Python 3.10 or newer.`
      : 'There is no Python 3.10 or newer on the PATH. Install one, or name it with PYTHON=/path/to/python.',
  );
}

/** 311 for Python 3.11; 0 when it does not run or cannot make environments. */
function version(/** @type {string} */ python) {
  const script =
    'import sys, venv, ensurepip; print(sys.version_info[0] * 100 + sys.version_info[1])';
  try {
    return Number(execFileSync(python, ['-c', script], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return 0;
  }
}

async function pip(
  /** @type {Environment} */ env,
  /** @type {string} */ name,
  /** @type {string[]} */ lines,
  /** @type {(detail: string) => void} */ say,
) {
  const file = join(scratch, name);
  mkdirSync(scratch, { recursive: true });
  writeFileSync(file, lines.join('\n') + '\n');
  await run(env.python, ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', file], {
    say,
  });
}

/** @returns {Environment} */
function at(/** @type {string} */ prefix, /** @type {'conda' | 'venv'} */ kind) {
  const python =
    kind === 'conda' && windows ? join(prefix, 'python.exe') : executable(prefix, 'python');
  return { kind, prefix, python, bin: join(prefix, windows ? 'Scripts' : 'bin') };
}

function executable(/** @type {string} */ prefix, /** @type {string} */ name) {
  return windows ? join(prefix, 'Scripts', `${name}.exe`) : join(prefix, 'bin', name);
}
