import type * as tf from '@tensorflow/tfjs';
import { kernels } from '../kernels';

/**
 * Changes `variables` by `compute`; in a graph by the native op `op` of `inputs`, which does the
 * same in place.
 */
export function update(
  op: string,
  inputs: tf.Tensor[],
  variables: tf.Variable[],
  compute: () => void,
  flags: Record<string, boolean> = {},
): void {
  const native = kernels().update;
  if (native) native(op, inputs, variables, compute, flags);
  else compute();
}
