import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The CUDA libraries that TensorFlow 2.21 opens, as its wheels name them. */
const libraries = [
  'libcudart.so.12',
  'libcublas.so.12',
  'libcublasLt.so.12',
  'libcufft.so.11',
  'libcusolver.so.11',
  'libcusparse.so.12',
  'libcudnn.so.9',
  'libnccl.so.2',
];

/** The parts of CUDA's packages that matter here, by the folder in `nvidia` where each lies. */
const packages = [
  'cuda_runtime',
  'cublas',
  'cufft',
  'cusolver',
  'cusparse',
  'cudnn',
  'nccl',
  'cuda_nvcc',
];

/**
 * An NVIDIA GPU, as its driver's own tool describes it.
 *
 * @returns {{ name: string, driver: string, capability: string, memory: string } | undefined}
 */
export function nvidiaGpu() {
  const query = [
    '--query-gpu=name,driver_version,compute_cap,memory.total',
    '--format=csv,noheader',
  ];
  try {
    const output = execFileSync('nvidia-smi', query, { encoding: 'utf8', stdio: 'pipe' });
    const [name, driver = '', capability = '', memory = ''] =
      output.trim().split('\n')[0]?.split(', ') ?? [];
    return name ? { name, driver, capability, memory } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a TensorFlow wheel is the build for CUDA. */
export function isCudaBuild(/** @type {string} */ tensorflow) {
  const info = join(tensorflow, 'python', 'platform', 'build_info.py');
  return existsSync(info) && /'is_cuda_build'[,:] True/.test(readFileSync(info, 'utf8'));
}

/** Where CUDA's files may be: the packages beside a TensorFlow wheel, and what the system has. */
function folders(/** @type {string} */ tensorflow) {
  const system = ['/usr/local/cuda', '/usr/lib/x86_64-linux-gnu', '/usr/lib64'];
  return [
    ...packages.map((name) => join(tensorflow, '..', 'nvidia', name)),
    ...system,
    ...(process.env['LD_LIBRARY_PATH'] ?? '').split(delimiter).filter(Boolean),
  ];
}

const holds = (/** @type {string[]} */ roots, /** @type {string[]} */ ...places) =>
  roots.some((root) => places.some((place) => existsSync(join(root, place))));

/** The CUDA libraries that are nowhere to be found. */
export function missingLibraries(/** @type {string} */ tensorflow) {
  const roots = folders(tensorflow);
  return libraries.filter((name) => !holds(roots, name, join('lib', name), join('lib64', name)));
}

/** The parts of XLA's compiler that are nowhere to be found. */
export function missingCompiler(/** @type {string} */ tensorflow) {
  const roots = [...folders(tensorflow), ...(process.env['PATH'] ?? '').split(delimiter)];
  const parts = [
    ['ptxas', 'bin/ptxas', 'ptxas'],
    ['libdevice', 'nvvm/libdevice/libdevice.10.bc'],
  ];
  return parts.filter(([, ...places]) => !holds(roots, ...places)).map(([name]) => name);
}
