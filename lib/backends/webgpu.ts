import * as tf from '@tensorflow/tfjs';

/**
 * Starts tfjs's WebGPU backend on Dawn. There `dataSync()` and `print()` throw: only `await
 * tensor.data()` reads a value.
 * @returns what was started, in words.
 * @throws Error when there is no WebGPU adapter.
 */
export async function loadWebGPU(): Promise<string> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn finds no adapter');
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('WebGPU did not start');
  return `WebGPU on ${adapter.info.description || adapter.info.vendor}`;
}
