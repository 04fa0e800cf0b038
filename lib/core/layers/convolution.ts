import * as tf from '@tensorflow/tfjs';
import type { Branch } from '../engine/ops/conditional';

/** The weights of one convolution: K, [size, size, inputs, filters], and b, [filters], if it has one. */
export interface Convolution {
  kernel: tf.LayerVariable;
  bias?: tf.LayerVariable;
}

/** x * K + b, zero-padded to the size of x divided by `strides`, rounded up. */
export function convolve(
  x: tf.Tensor4D,
  { kernel, bias }: Convolution,
  branch: Branch,
  strides = 1,
): tf.Tensor4D {
  const z = tf.conv2d(x, branch.enter(kernel.read() as tf.Tensor4D), strides, 'same');
  return bias ? tf.add<tf.Tensor4D>(z, branch.enter(bias.read())) : z;
}

/** What is wrong with `channels` for a convolution that has been built for others. */
export function builtFor(
  convolution: Convolution | undefined,
  channels: number,
): string | undefined {
  const inputs = convolution?.kernel.shape[2];
  if (inputs === undefined || inputs === channels) return undefined;
  return `it was built for ${inputs} channels, not ${channels}`;
}
