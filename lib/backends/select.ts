import * as tf from '@tensorflow/tfjs';
import { loadNative, type Precision } from './native/load';
import { nvidiaCard } from './nvidia';
import { registerFiles } from './files';
import { loadWasm } from './wasm/load';
import { loadWebGPU } from './webgpu';

/** What computes: a rung of the ladder that {@link selectBackend} climbs down. */
export type BackendName = 'cuda' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

/** The backend in use. */
export interface Backend {
  name: BackendName;
  /** One line for the reader: what was picked and why. */
  summary: string;
}

interface Rung {
  name: BackendName;
  /** Starts the backend and says what it is; throws a plain sentence when it is not to be had. */
  start: (precision: Precision) => Promise<string>;
}

/** How to compute. */
export interface BackendOptions {
  /** How exact products of float32 matrices are on a CUDA GPU. Default `float32`. */
  precision?: Precision;
}

const ladder: Rung[] = [
  { name: 'cuda', start: startCuda },
  { name: 'tensorflow', start: startTensorFlow },
  { name: 'webgpu', start: loadWebGPU },
  { name: 'wasm', start: loadWasm },
  { name: 'cpu', start: startPlain },
];

let selected: Promise<Backend> | undefined;

/**
 * Picks what computes: the native addon on a CUDA GPU, the native addon on the CPU, WebGPU,
 * WebAssembly, plain JavaScript, in this order. The environment variable BACKEND forces one of
 * `cuda`, `tensorflow`, `webgpu`, `wasm` and `cpu`. The choice is made once a process.
 *
 * A GPU trains convolutional nets more than ten times as fast as two cores, thin dense ones no faster
 * (SPEED.md); what is too short to be compiled, such as the profile `smoke`, is slower there.
 *
 * @throws Error when BACKEND names no backend, or one that this machine does not have.
 */
export function selectBackend({ precision = 'float32' }: BackendOptions = {}): Promise<Backend> {
  selected ??= climb(process.env['BACKEND'], precision);
  return selected;
}

async function climb(forced: string | undefined, precision: Precision): Promise<Backend> {
  if (precision !== 'float32' && precision !== 'tf32') {
    throw new RangeError(`precision is float32 or tf32, not "${String(precision)}".`);
  }
  tf.enableProdMode();
  const backend = await (forced ? force(forced, precision) : first(precision));
  await registerFiles();
  return backend;
}

async function first(precision: Precision): Promise<Backend> {
  const missing: string[] = [];
  for (const { name, start } of ladder) {
    try {
      const what = await start(precision);
      const why = missing.length > 0 ? ` (${missing.join('; ')})` : '';
      return { name, summary: `backend: ${what}${why}` };
    } catch (error) {
      missing.push(`no ${name}: ${firstSentence(error)}`);
    }
  }
  throw new Error(`No backend starts: ${missing.join('; ')}`);
}

async function force(name: string, precision: Precision): Promise<Backend> {
  const rung = ladder.find((rung) => rung.name === name);
  if (!rung) {
    const names = ladder.map((rung) => rung.name).join(', ');
    throw new Error(`BACKEND=${name} is not a backend; the backends are ${names}.`);
  }
  try {
    return {
      name: rung.name,
      summary: `backend: ${await rung.start(precision)} (BACKEND=${name})`,
    };
  } catch (error) {
    const why = firstSentence(error);
    throw new Error(
      `BACKEND=${name} is not to be had here: ${why}. Run "npm run doctor", or leave BACKEND unset.`,
    );
  }
}

async function startCuda(precision: Precision): Promise<string> {
  const native = await loadNative(precision);
  if (!native.isUsingGpuDevice) throw new Error('TensorFlow sees no CUDA GPU');
  const version = native.binding.TF_Version;
  return `TensorFlow ${version} on ${nvidiaCard()}, products in ${precision}, long runs compiled by XLA`;
}

async function startTensorFlow(precision: Precision): Promise<string> {
  process.env['CUDA_VISIBLE_DEVICES'] = '-1';
  const native = await loadNative(precision);
  return `TensorFlow ${native.binding.TF_Version} on the CPU`;
}

async function startPlain(): Promise<string> {
  await tf.setBackend('cpu');
  return 'plain JavaScript';
}

function firstSentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .split(/\n|\. /, 1)[0]!
    .trim()
    .replace(/\.$/, '');
}
