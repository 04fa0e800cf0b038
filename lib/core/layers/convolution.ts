import * as tf from '@tensorflow/tfjs';
import type { Branch } from '../engine/ops/conditional';

/** The weights of one convolution: K, [size, size, inputs, filters], and b, [filters], if it has one. */
export interface Convolution {
  kernel: tf.LayerVariable;
  bias?: tf.LayerVariable;
}

/**
 * x * K + b at every `strides`-th position of x, from the first on: x is padded with zeros as for a
 * stride of 1, so that each window is centred on the pixel that a shortcut of the same stride takes.
 * So does the papers' Torch code; TensorFlow's padding depends on the stride.
 */
export function convolve(
  x: tf.Tensor4D,
  { kernel, bias }: Convolution,
  branch: Branch,
  strides = 1,
): tf.Tensor4D {
  const [size] = kernel.shape as [number];
  const weights = branch.enter(kernel.read() as tf.Tensor4D);
  const z =
    strides === 1 || size === 1
      ? tf.conv2d(x, weights, strides, 'same')
      : tf.conv2d(padded(x, size), weights, strides, 'valid');
  return bias ? tf.add<tf.Tensor4D>(z, branch.enter(bias.read())) : z;
}

/** x with the margin that a kernel of `size` reaches beyond it, the larger half behind. */
function padded(x: tf.Tensor4D, size: number): tf.Tensor4D {
  const margin: [number, number] = [Math.floor((size - 1) / 2), Math.floor(size / 2)];
  return tf.pad4d(x, [[0, 0], margin, margin, [0, 0]]);
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
