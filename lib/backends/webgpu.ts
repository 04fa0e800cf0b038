import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';

/** Looks for an adapter. */
const search = `
import('webgpu').then(async ({ create }) => process.exit((await create([]).requestAdapter()) ? 0 : 1));
`;

/**
 * Starts tfjs's WebGPU backend on Dawn. There `dataSync()` and `print()` throw: only `await
 * tensor.data()` reads a value.
 * @returns what was started, in words.
 * @throws Error when there is no WebGPU adapter.
 */
export async function loadWebGPU(): Promise<string> {
  await checkAdapter();
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn finds no adapter');
  offer(gpu);
  await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('WebGPU did not start');
  return `WebGPU on ${adapter.info.description || adapter.info.vendor}`;
}

/** In a process of its own, since Dawn writes to stderr where it finds none, or takes a broken driver's process down. */
async function checkAdapter(): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, ['-e', search], {
      cwd: __dirname,
      timeout: 30_000,
    });
  } catch {
    throw new Error('Dawn finds no adapter');
  }
}

/** Puts the GPU where tfjs looks for it; before Node 21 there is no navigator. */
function offer(gpu: object): void {
  const shared = globalThis as { navigator?: object };
  shared.navigator ??= {};
  Object.defineProperty(shared.navigator, 'gpu', { value: gpu, configurable: true });
}
