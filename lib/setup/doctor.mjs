import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './house.mjs';
import { isKernelOurs } from './jupyter.mjs';
import { addonFile, findCompiler, highwayFile, tensorflowWheel } from './native.mjs';
import { environment, program } from './python.mjs';
import { hasNvidiaGpu } from './requirements.mjs';
import { nodeIsNewEnough } from './setup.mjs';

/** What one line of the report rests on: what was found, or how to get it. */
/** @typedef {{ found?: string, remedy: string }} Finding */

const setup = 'run "npm run setup"';

/** @type {Record<string, () => Finding>} */
const checks = {
  Node: () => ({
    found: nodeIsNewEnough() ? process.versions.node : '',
    remedy: 'install Node 20.19 or newer',
  }),
  Python: () => {
    const { python, kind } = environment();
    return {
      found: `${output(python, '--version')} (${kind})`,
      remedy: `install Python 3.10 or newer and ${setup}`,
    };
  },
  Jupyter: () => ({
    found: `JupyterLab ${output(program(environment(), 'jupyter-lab'), '--version')}`,
    remedy: setup,
  }),
  kernel: () => ({
    found: isKernelOurs() ? 'tslab of this checkout' : '',
    remedy: setup,
  }),
  compiler: () => ({
    found: findCompiler(),
    remedy: 'install g++ or clang++, for the native addon',
  }),
  TensorFlow: () => ({
    found: tensorflowWheel()?.version,
    remedy: `${setup}; without it the notebooks run on WebGPU or WebAssembly`,
  }),
  'native addon': () => ({
    found: existsSync(addonFile()) ? backend('tensorflow') : '',
    remedy: `${setup}; .unrolled/setup.log says what failed`,
  }),
  'highway ops': () => ({
    found: existsSync(highwayFile()) ? 'built for this processor' : '',
    remedy: `${setup}; without them highway nets train and run more slowly`,
  }),
  GPU: () => ({
    found: hasNvidiaGpu() ? backend('cuda') : backend('webgpu'),
    remedy:
      'none needed; for one, install the NVIDIA driver (or a Vulkan one), remove .venv and set up again',
  }),
  'data cache': () => {
    const folder = process.env['UNROLLED_DATA'] ?? join(root, 'data', 'cache');
    const held = existsSync(folder) ? readdirSync(folder).join(', ') : '';
    return {
      found: held && `${folder}: ${held}`,
      remedy: 'nothing downloaded yet; notebooks fetch what they need, or run on generated data',
    };
  },
};

for (const [name, check] of Object.entries(checks)) {
  const { found, remedy } = attempt(check);
  console.log(found ? `[ok]      ${name}: ${found}` : `[missing] ${name}: ${remedy}`);
}

function attempt(/** @type {() => Finding} */ check) {
  try {
    return check();
  } catch {
    return { found: '', remedy: setup };
  }
}

/** What the library says when it is made to use one backend; empty when it is not to be had. */
function backend(/** @type {string} */ name) {
  const script =
    'require("unrolled").selectBackend().then((b) => console.log(b.summary), () => process.exit(1))';
  try {
    return execFileSync(process.execPath, ['-e', script], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, BACKEND: name },
      stdio: 'pipe',
    })
      .replace('backend: ', '')
      .replace(/ \(BACKEND=.*\)/, '')
      .trim();
  } catch {
    return '';
  }
}

function output(/** @type {string} */ command, /** @type {string[]} */ ...args) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' }).trim();
}
