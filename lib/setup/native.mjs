import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root, windows } from './house.mjs';
import { environment } from './python.mjs';
import { isMadeFrom, noteMadeFrom } from './stamp.mjs';
import { run } from './step.mjs';

const require = createRequire(join(root, 'lib', 'package.json'));
const folderOf = (/** @type {string} */ name) => dirname(require.resolve(`${name}/package.json`));

/**
 * Builds tfjs's native addon against the TensorFlow of the Python environment, linked to the
 * wheel's own folder, where its CUDA libraries lie too. Without a compiler or a TensorFlow the
 * notebooks run on another backend, so neither is an error.
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
  const inputs = [compiler, commands, readFileSync(quietSource, 'utf8'), tensorflow.version];
  const stamp = join(target, '.unrolled');
  if (isMadeFrom(stamp, inputs)) return 'nothing to do';

  mkdirSync(target, { recursive: true });
  rmSync(stamp, { force: true });
  try {
    for (const [name, flags] of Object.entries(commands)) {
      await run(compiler, [...flags, '-o', join(target, `${name}.new`)], { say });
      renameSync(join(target, `${name}.new`), join(target, name));
    }
    await run(process.execPath, ['-e', check], {
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    });
  } catch (error) {
    for (const name of Object.keys(commands)) rmSync(join(target, name), { force: true });
    return `failed (${/** @type {Error} */ (error).message}); WebGPU or WebAssembly will compute`;
  }
  noteMadeFrom(stamp, inputs);
  return `built against TensorFlow ${tensorflow.version} with ${compiler}`;
}

/** Where the built addon is, or would be. */
export const addonFile = () =>
  join(folderOf('@tensorflow/tfjs-node-gpu'), 'lib', 'napi-v8', 'tfjs_binding.node');

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

const quietSource = join(root, 'lib', 'setup', 'quiet.cc');

const check = `
  process.dlopen({ exports: {} }, require.resolve('@tensorflow/tfjs-node-gpu/lib/napi-v8/quiet.node'));
  const util = require('node:util');
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  const tf = require('@tensorflow/tfjs-node-gpu');
  if (tf.ones([2, 2]).sum().dataSync()[0] !== 4) throw new Error('wrong sum');
`;

/** Compiler flags by the name of the addon they make. */
function compilation(/** @type {string} */ addon, /** @type {string} */ tensorflow) {
  const library = (/** @type {string} */ name) =>
    join(tensorflow, process.platform === 'darwin' ? `lib${name}.2.dylib` : `lib${name}.so.2`);
  const framework = library('tensorflow_framework');
  const shared = [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-shared',
    '-DNAPI_VERSION=8',
    `-I${join(folderOf('node-api-headers'), 'include')}`,
    ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
  ];
  return {
    'quiet.node': [...shared, `-DTENSORFLOW_LIBRARY="${framework}"`, quietSource],
    'tfjs_binding.node': [
      ...shared,
      `-I${addon}`,
      `-I${join(tensorflow, 'include')}`,
      join(addon, 'binding', 'tfjs_backend.cc'),
      join(addon, 'binding', 'tfjs_binding.cc'),
      library('tensorflow_cc'),
      framework,
      `-Wl,-rpath,${tensorflow}`,
    ],
  };
}
