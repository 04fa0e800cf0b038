import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isCudaBuild, missingCompiler, missingLibraries, nvidiaGpu } from './gpu.mjs';
import { root } from './house.mjs';
import { isKernelOurs } from './jupyter.mjs';
import { addonFile, findCompiler, highwayFile, tensorflowWheel } from './native.mjs';
import { environment, program } from './python.mjs';
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

const gpu = nvidiaGpu();

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

function output(/** @type {string} */ command, /** @type {string[]} */ ...args) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' }).trim();
}
