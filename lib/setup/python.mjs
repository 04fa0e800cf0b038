import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import machine from '../machine/index.cjs';
import { nvidiaGpu } from './gpu.mjs';
import { root, scratch } from './house.mjs';
import { requirements } from './requirements.mjs';
import { claimRoom } from './room.mjs';
import { isMadeFrom, noteMadeFrom } from './stamp.mjs';
import { run, SetupError } from './step.mjs';
import { createVenv } from './venv.mjs';

/** @typedef {import('../machine/index.cjs').PythonEnvironment} Environment */

/** The Python environment of this checkout. */
export const environment = () => machine.pythonEnvironment(root, process.env);

/**
 * The process environment in which the environment's programs come first, and TensorFlow gives each
 * op one thread: the nets of the notebooks are thin, and two ops side by side suit them better.
 */
export function variables(/** @type {Environment} */ env) {
  return {
    ...process.env,
    PATH: `${env.bin}${delimiter}${process.env['PATH']}`,
    JUPYTER: env.program('jupyter'),
    JUPYTER_PREFER_ENV_PATH: '1',
    TF_NUM_INTRAOP_THREADS: process.env['TF_NUM_INTRAOP_THREADS'] ?? '1',
  };
}

/**
 * Fills the environment from environment.yml. When the list, the checkout's place or the Python it is made
 * from changes, .venv is made anew; when only TensorFlow is another, such as the one for a GPU, or was not to
 * be had, the rest stays.
 */
export async function installPython(/** @type {(detail: string) => void} */ say) {
  const wanted = await requirements();
  const env = environment();
  if (env.kind === 'conda') return `the active conda environment, ${env.prefix}`;
  const stamp = (/** @type {string} */ name) => join(env.prefix, `.unrolled-${name}`);
  const tensorflow = () => [wanted.tensorflow, env.prefix, tensorflowOf(env)];
  if (!(await hasJupyter())) {
    claimRoom('The Python packages', nvidiaGpu() ? 7 : 1.8);
    await createVenv(env.prefix, say);
    try {
      await pip(env, 'jupyter.txt', wanted.jupyter, say);
    } catch (error) {
      if (error instanceof SetupError) throw error;
      throw new SetupError(
        `pip could not install JupyterLab: ${/** @type {Error} */ (error).message}. ` +
          'Check the network and the index ("pip config list"), then run the same command again.',
      );
    }
    noteMadeFrom(stamp('jupyter'), await jupyterInputs(env));
  }
  if (isMadeFrom(stamp('tensorflow'), tensorflow())) return 'nothing to do';
  try {
    if (existsSync(stamp('tensorflow'))) await removeTensorFlow(env, say);
    await pip(env, 'tensorflow.txt', wanted.tensorflow, say);
  } catch (error) {
    if (error instanceof SetupError) throw error;
    const { message } = /** @type {Error} */ (error);
    if (message.includes('No matching distribution')) {
      noteMadeFrom(stamp('tensorflow'), tensorflow());
    }
    return `installed, but for TensorFlow (${message}): the notebooks will run on a slower backend`;
  }
  noteMadeFrom(stamp('tensorflow'), tensorflow());
  return 'installed in .venv';
}

/** Whether the environment has what environment.yml lists, was made where it is, and runs. */
export async function hasJupyter() {
  const env = environment();
  if (!pythonOf(env)) return false;
  const stamp = join(env.prefix, '.unrolled-jupyter');
  return env.kind === 'conda' || isMadeFrom(stamp, await jupyterInputs(env));
}

const jupyterInputs = async (/** @type {Environment} */ env) => [
  (await requirements()).jupyter,
  env.prefix,
  pythonOf(env),
];

/** The Python that runs there and has JupyterLab; nothing when there is none. */
const pythonOf = (/** @type {Environment} */ { python }) => said(python, findJupyter);

const findJupyter = `
import importlib.metadata as metadata, os, sys
metadata.version("jupyterlab"), metadata.version("nbconvert")
print(os.path.realpath(sys._base_executable), sys.version)
`;

const tensorflowOf = (/** @type {Environment} */ { python }) =>
  said(python, 'import importlib.util; print(importlib.util.find_spec("tensorflow").origin)');

function said(/** @type {string} */ python, /** @type {string} */ script) {
  try {
    return execFileSync(python, ['-c', script], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '';
  }
}

async function removeTensorFlow(
  /** @type {Environment} */ env,
  /** @type {(detail: string) => void} */ say,
) {
  await run(env.python, ['-m', 'pip', 'uninstall', '-y', 'tensorflow', 'tensorflow-cpu'], { say });
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
