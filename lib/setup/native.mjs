import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { root, windows } from './house.mjs';
import { environment } from './python.mjs';
import { isMadeFrom, noteMadeFrom } from './stamp.mjs';
import { run, SetupError } from './step.mjs';

const require = createRequire(join(root, 'lib', 'package.json'));
const folderOf = (/** @type {string} */ name) => dirname(require.resolve(`${name}/package.json`));

/**
 * Builds tfjs's native addon against the TensorFlow of the Python environment, linked to the
 * wheel's own folder, where its CUDA libraries lie too, with session.h in it, and our highway ops
 * for this machine's processor. Without a compiler or a TensorFlow the notebooks run on another
 * backend, and without our ops on TensorFlow's, so none of this is an error.
 */
export async function buildNative(/** @type {(detail: string) => void} */ say) {
  if (windows)
    return 'skipped: the TensorFlow wheel for Windows has no C library; WebGPU or WebAssembly will compute';
  const tensorflow = tensorflowWheel();
  if (!tensorflow)
    return 'skipped: no TensorFlow in the Python environment; WebGPU or WebAssembly will compute';
  const compiler = findCompiler();
  if (!compiler)
    return 'skipped: no C++ compiler (install g++ or clang++); WebGPU or WebAssembly will compute';

  const addon = folderOf('@tensorflow/tfjs-node-gpu');
  const target = join(addon, 'lib', 'napi-v8');
  const commands = compilation(addon, tensorflow.folder);
  const sources = [quietSource, sessionHeader, highwaySource].map((file) =>
    readFileSync(file, 'utf8'),
  );
  const inputs = [compiler, commands, sources, tensorflow.version, cpus()[0]?.model];
  const stamp = join(target, '.unrolled');
  if (isMadeFrom(stamp, inputs) && loads(target)) return 'nothing to do';

  mkdirSync(target, { recursive: true });
  rmSync(stamp, { force: true });
  const build = async (/** @type {string} */ name) => {
    const file = join(target, name);
    await run(compiler, [...(commands[name] ?? []), '-o', `${file}.new`], { say });
    renameSync(`${file}.new`, file);
  };
  const remove = (/** @type {string[]} */ names) => {
    for (const name of names) rmSync(join(target, name), { force: true });
  };
  try {
    remove(['highway.node']);
    await build('quiet.node');
    await build('tfjs_binding.node');
    await run(process.execPath, ['-e', check], quietly);
  } catch (error) {
    remove(Object.keys(commands));
    if (error instanceof SetupError) throw error;
    return `failed (${/** @type {Error} */ (error).message}); WebGPU or WebAssembly will compute`;
  }
  let ops = '';
  try {
    await build('highway.node');
    await run(process.execPath, ['-e', checkHighway], quietly);
  } catch (error) {
    remove(['highway.node']);
    if (error instanceof SetupError) throw error;
    ops = `, without the highway ops (${/** @type {Error} */ (error).message})`;
  }
  noteMadeFrom(stamp, inputs);
  return `built against TensorFlow ${tensorflow.version} with ${compiler}${ops}`;
}

/** Whether the addon and its TensorFlow can be loaded. */
function loads(/** @type {string} */ folder) {
  const load = ['quiet.node', 'tfjs_binding.node'].map(
    (name) => `process.dlopen({ exports: {} }, ${JSON.stringify(join(folder, name))});`,
  );
  try {
    execFileSync(process.execPath, ['-e', load.join('')], { ...quietly, stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

const built = (/** @type {string} */ name) =>
  join(folderOf('@tensorflow/tfjs-node-gpu'), 'lib', 'napi-v8', name);

/** Where the built addon is, or would be. */
export const addonFile = () => built('tfjs_binding.node');

/** Where the built highway ops are, or would be. */
export const highwayFile = () => built('highway.node');

/**
 * The TensorFlow wheel of the Python environment, if there is one.
 *
 * @returns {{ folder: string, version: string } | undefined}
 */
export function tensorflowWheel() {
  try {
    const { python } = environment();
    return JSON.parse(execFileSync(python, ['-c', findWheel], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return undefined;
  }
}

const findWheel = `
import importlib.metadata as metadata, importlib.util, json
folder = importlib.util.find_spec("tensorflow").submodule_search_locations[0]
names = ["tensorflow", "tensorflow-cpu"]
versions = [d.version for name in names for d in metadata.distributions(name=name)]
print(json.dumps({"folder": folder, "version": versions[0]}))
`;

/** The first C++ compiler that runs: CXX, g++, clang++, c++. */
export function findCompiler() {
  return [process.env['CXX'], 'g++', 'clang++', 'c++'].find((name) => {
    try {
      return name && execFileSync(name, ['--version'], { stdio: 'pipe' });
    } catch {
      return false;
    }
  });
}

const quietSource = join(root, 'lib', 'backends', 'native', 'quiet.cc');
const sessionHeader = join(root, 'lib', 'backends', 'native', 'session.h');
const highwaySource = join(root, 'lib', 'backends', 'native', 'kernels', 'highway.cc');
const quietly = { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } };

const check = `
  const quiet = { exports: {} };
  process.dlopen(quiet, require.resolve('@tensorflow/tfjs-node-gpu/lib/napi-v8/quiet.node'));
  const util = require('node:util');
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  let tf;
  quiet.exports.silently(() => (tf = require('@tensorflow/tfjs-node-gpu')));
  if (tf.ones([2, 2]).sum().dataSync()[0] !== 4) throw new Error('wrong sum');
`;

const checkHighway = `${check}
  process.dlopen({ exports: {} }, require.resolve('@tensorflow/tfjs-node-gpu/lib/napi-v8/highway.node'));
`;

/**
 * Compiler flags by the name of the addon they make.
 *
 * @returns {Record<string, string[]>}
 */
function compilation(/** @type {string} */ addon, /** @type {string} */ tensorflow) {
  const library = (/** @type {string} */ name) =>
    join(tensorflow, process.platform === 'darwin' ? `lib${name}.2.dylib` : `lib${name}.so.2`);
  const framework = library('tensorflow_framework');
  const shared = [
    '-std=c++17',
    '-fPIC',
    '-shared',
    '-DNAPI_VERSION=8',
    `-I${join(folderOf('node-api-headers'), 'include')}`,
    ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
  ];
  return {
    'quiet.node': [...shared, '-O2', quietSource],
    'tfjs_binding.node': [
      ...shared,
      '-O2',
      `-I${addon}`,
      `-I${join(tensorflow, 'include')}`,
      '-include',
      sessionHeader,
      join(addon, 'binding', 'tfjs_backend.cc'),
      join(addon, 'binding', 'tfjs_binding.cc'),
      library('tensorflow_cc'),
      framework,
      `-Wl,-rpath,${tensorflow}`,
    ],
    'highway.node': [
      ...shared,
      '-O3',
      '-march=native',
      '-w',
      '-DEIGEN_MAX_ALIGN_BYTES=64',
      `-I${join(tensorflow, 'include')}`,
      highwaySource,
      framework,
      `-Wl,-rpath,${tensorflow}`,
    ],
  };
}
