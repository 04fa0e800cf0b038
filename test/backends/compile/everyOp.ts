import * as tf from '@tensorflow/tfjs';
import { loadNative } from '../../../lib/backends/native/load';
import { compile } from '../../../lib/core/engine';
import { kernel, ops } from './ops';

/** Runs every op, as it is and in a graph, and prints how many there are. */
export async function main(): Promise<void> {
  await loadNative();
  const input = kernel(4, 8) as tf.Tensor2D;
  for (const op of Object.values(ops)) {
    const traced = compile((x: tf.Tensor2D) => op(x));
    for (const run of [op, traced, traced]) run(input).dataSync();
    traced.dispose();
  }
  const integers = tf.tensor2d([1, -2, 3, 2 ** 31 - 1, 0, -(2 ** 31)], [2, 3], 'int32');
  console.log(JSON.stringify([Object.keys(ops).length, ...tf.transpose(integers).dataSync()]));
}
