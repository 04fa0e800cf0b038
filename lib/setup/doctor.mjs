import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import machine from '../machine/index.cjs';
import { isCudaBuild, missingCompiler, missingLibraries, nvidiaGpu } from './gpu.mjs';
import { root } from './house.mjs';
import { isKernelOurs } from './jupyter.mjs';
import { addonFile, findCompiler, highwayFile, tensorflowWheel } from './native.mjs';
import { environment, hasJupyter } from './python.mjs';
import { nodeIsNewEnough } from './setup.mjs';

/** What one line of the report rests on: what was found, or how to get it. */
/** @typedef {{ found?: string, remedy: string }} Finding */

const setup = 'run "npm run setup"';
const cpuBuild = `TensorFlow is its build for CPUs; ${
  environment().kind === 'conda' ? 'make the environment from environment-cuda.yml' : setup
}`;
const cudaRemedy =
  environment().kind === 'conda'
    ? 'make the environment from environment-cuda.yml'
    : `remove .venv and ${setup}`;

const build = findCompiler() ? setup : `install g++ or clang++, then ${setup}`;

const gpu = nvidiaGpu();

/** @type {Record<string, () => Finding | Promise<Finding>>} */
const checks = {
  checkout: () => ({
    found: isWritable(root) ? root : '',
    remedy: `${root} can't be written to, by set-up either: copy it to a folder of yours`,
  }),
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
  Jupyter: async () => ({
    found: (await hasJupyter())
      ? `JupyterLab ${output(environment().program('jupyter-lab'), '--version')}`
      : '',
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
    found: isThere(addonFile) ? backend('tensorflow') : '',
    remedy: `${build}; .unrolled/setup.log says what failed`,
  }),
  'highway ops': () => ({
    found: isThere(highwayFile) ? 'built for this processor' : '',
    remedy: `${build}; without them highway nets train and run more slowly`,
  }),
  GPU: () => {
    if (!gpu) {
      return {
        found: backend('webgpu'),
        remedy: 'none; the notebooks run on the CPU. For one, install its NVIDIA or Vulkan driver',
      };
    }
    return { found: backend('cuda'), remedy: whyNoCuda() };
  },
  ...(gpu && cudaChecks()),
  'data cache': () => {
    const folder = machine.dataFolder(process.env);
    const held = existsSync(folder) ? readdirSync(folder).join(', ') : '';
    return {
      found: held && `${folder}: ${held}`,
      remedy: `${folder} is empty; notebooks fetch what they need, and without a network run on generated data`,
    };
  },
};

for (const [name, check] of Object.entries(checks)) {
  const { found, remedy } = await attempt(check);
  console.log(found ? `[ok]      ${name}: ${found}` : `[missing] ${name}: ${remedy}`);
}

async function attempt(/** @type {() => Finding | Promise<Finding>} */ check) {
  try {
    return await check();
  } catch {
    return { found: '', remedy: setup };
  }
}

/**
 * What a GPU needs, part by part.
 *
 * @returns {Record<string, () => Finding>}
 */
function cudaChecks() {
  const wheel = () => {
    const wheel = tensorflowWheel();
    if (!wheel) throw new Error('no TensorFlow');
    return wheel.folder;
  };
  return {
    'NVIDIA driver': () => {
      return {
        found: gpu && `${gpu.driver}; ${gpu.name}, capability ${gpu.capability}, ${gpu.memory}`,
        remedy: 'install the NVIDIA driver',
      };
    },
    'CUDA build': () => ({
      found: isCudaBuild(wheel()) ? 'TensorFlow has its kernels for CUDA' : '',
      remedy: cpuBuild,
    }),
    'CUDA libraries': () => {
      const missing = missingLibraries(wheel());
      return {
        found: missing.length === 0 ? 'all found' : '',
        remedy: `${missing.join(', ')} not found; ${cudaRemedy}`,
      };
    },
    "XLA's compiler": () => {
      const missing = missingCompiler(wheel());
      return {
        found: missing.length === 0 ? 'ptxas and libdevice found' : '',
        remedy: `${missing.join(' and ')} not found; ${cudaRemedy}`,
      };
    },
  };
}

/** Why a GPU that the driver's tool names is not used. */
function whyNoCuda() {
  const folder = tensorflowWheel()?.folder;
  if (!folder) return setup;
  if (!isCudaBuild(folder)) return cpuBuild;
  const missing = [...missingLibraries(folder), ...missingCompiler(folder)];
  if (missing.length > 0)
    return `without ${missing.join(', ')} TensorFlow uses no GPU; ${cudaRemedy}`;
  return 'TensorFlow gets no answer from the driver ("nvidia-smi" should name the same GPU); the notebooks run on the CPU';
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

/** Whether a file of a package is there, and the package. */
function isThere(/** @type {() => string} */ path) {
  try {
    return existsSync(path());
  } catch {
    return false;
  }
}

function isWritable(/** @type {string} */ folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function output(/** @type {string} */ command, /** @type {string[]} */ ...args) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' }).trim();
}
