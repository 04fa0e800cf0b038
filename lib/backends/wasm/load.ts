import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { registerMissingKernels } from './missing';

/**
 * Starts tfjs's WebAssembly backend, with the gradients that it has no kernels for.
 * @returns what was started, in words.
 * @throws Error when this Node cannot run it.
 */
export async function loadWasm(): Promise<string> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const manifest = require.resolve('@tensorflow/tfjs-backend-wasm/package.json');
  setWasmPaths(join(dirname(manifest), 'wasm-out') + sep);
  if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly did not start');
  registerMissingKernels();
  return 'WebAssembly';
}
