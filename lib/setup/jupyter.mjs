import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { root } from './house.mjs';
import { environment } from './python.mjs';
import { SetupError } from './step.mjs';
import machine from '../machine/index.cjs';

const tslab = join(root, 'node_modules', 'tslab', 'bin', 'tslab');

/** How Jupyter starts the kernel of this checkout. */
const argv = [
  process.execPath,
  '--require',
  join(root, 'lib', 'nbconvert-runner', 'kernel', 'bound.cjs'),
  tslab,
  'kernel',
  '--config-path={connection_file}',
];

const kernel = () => join(environment().prefix, 'share', 'jupyter', 'kernels', 'tslab');

/** Puts the tslab kernel of this checkout, and JupyterLab's settings, into the Python environment. */
export async function registerKernel() {
  const { prefix } = environment();
  write(kernel(), 'kernel.json', { argv, display_name: 'TypeScript', language: 'typescript' });
  const settings = join(prefix, 'etc', 'jupyter', 'labconfig');
  const own = read(join(settings, 'page_config.json'));
  write(settings, 'page_config.json', {
    ...own,
    disabledExtensions: {
      ...own.disabledExtensions,
      '@jupyterlab/apputils-extension:announcements': true,
    },
  });
  return 'tslab, in the Python environment';
}

/** Whether Jupyter starts the kernel of this checkout, in a Node that runs; throws when it does not. */
export function isKernelOurs() {
  const found = JSON.parse(readFileSync(join(kernel(), 'kernel.json'), 'utf8'));
  execFileSync(found.argv[0], ['--version'], { stdio: 'pipe' });
  return isDeepStrictEqual(found.argv.slice(1), argv.slice(1)) && existsSync(tslab);
}

/** @returns {{ disabledExtensions?: Record<string, boolean> }} what JupyterLab has there already */
function read(/** @type {string} */ path) {
  try {
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new SetupError(`${path} is not JSON (${message}). Mend it or delete it.`);
  }
}

function parsed(/** @type {string} */ text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function write(
  /** @type {string} */ folder,
  /** @type {string} */ name,
  /** @type {unknown} */ content,
) {
  const text = JSON.stringify(content, null, 2) + '\n';
  const file = join(folder, name);
  if (existsSync(file) && isDeepStrictEqual(parsed(readFileSync(file, 'utf8')), content)) return;
  try {
    mkdirSync(folder, { recursive: true });
    machine.writeWhole(file, text);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new SetupError(
      `${file} cannot be written (${message}). Use an environment of your own: ` +
        'deactivate this one, or make one from environment.yml.',
    );
  }
}
