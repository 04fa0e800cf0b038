import * as tf from '@tensorflow/tfjs';
import { loadNative } from './native/load';
import { loadWasm } from './wasm';
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
  start: () => Promise<string>;
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
 * @throws Error when BACKEND names no backend, or one that this machine does not have.
 */
export function selectBackend(): Promise<Backend> {
  selected ??= climb(process.env['BACKEND']);
  return selected;
}

async function climb(forced: string | undefined): Promise<Backend> {
  tf.enableProdMode();
  if (forced) return force(forced);
  const missing: string[] = [];
  for (const { name, start } of ladder) {
    try {
      const what = await start();
      const why = missing.length > 0 ? ` (${missing.join('; ')})` : '';
      return { name, summary: `backend: ${what}${why}` };
    } catch (error) {
      missing.push(`no ${name}: ${firstSentence(error)}`);
    }
  }
  throw new Error(`No backend starts: ${missing.join('; ')}`);
}

async function force(name: string): Promise<Backend> {
  const rung = ladder.find((rung) => rung.name === name);
  if (!rung) {
    const names = ladder.map((rung) => rung.name).join(', ');
    throw new Error(`BACKEND=${name} is not a backend; the backends are ${names}.`);
  }
  try {
    return { name: rung.name, summary: `backend: ${await rung.start()} (BACKEND=${name})` };
  } catch (error) {
    const why = firstSentence(error);
    throw new Error(
      `BACKEND=${name} is not to be had here: ${why}. Run "npm run doctor", or leave BACKEND unset.`,
    );
  }
}

async function startCuda(): Promise<string> {
  const native = await loadNative();
  if (!native.isUsingGpuDevice) throw new Error('TensorFlow sees no CUDA GPU');
  return `TensorFlow ${native.binding.TF_Version} on a CUDA GPU`;
}

async function startTensorFlow(): Promise<string> {
  const native = await loadNative();
  const device = native.isUsingGpuDevice ? 'a CUDA GPU' : 'the CPU';
  return `TensorFlow ${native.binding.TF_Version} on ${device}`;
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
