import type * as tf from '@tensorflow/tfjs';
import type { Network } from './network';

/** How many numbers a network is made of. */
export interface ParameterCount {
  /** Those that gradients change: what papers and PyTorch count. */
  trainable: number;
  /** With the moving statistics of batch norms: what Keras counts. */
  total: number;
}

/** Counts the parameters of a network; shared ones count once. */
export function countParameters({ variables, statistics }: Network): ParameterCount {
  const count = (list: tf.Variable[]) =>
    list.filter(({ dtype }) => dtype === 'float32').reduce((sum, { size }) => sum + size, 0);
  const trainable = count(variables);
  return { trainable, total: trainable + count(statistics) };
}
