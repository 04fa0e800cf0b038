import type * as tf from '@tensorflow/tfjs';
import { relu } from '../engine';
import { normalize, type Normalizer, type Pass } from './batchNorm';
import { convolve, type Convolution } from './convolution';

/** The weights of F(x): two convolutions, and two batch norms or none. */
export interface ResidualBranch {
  convolutions: Convolution[];
  normalizers: Normalizer[];
}

/**
 * F(x) of a residual block (see {@link ResidualConv}).
 * @param strides of the first convolution
 * @param preActivation whether batch norm and ReLU come before each convolution
 */
export function residual(
  x: tf.Tensor4D,
  { convolutions, normalizers }: ResidualBranch,
  pass: Pass,
  strides: number,
  preActivation: boolean,
): tf.Tensor4D {
  const [first, second] = convolutions as [Convolution, Convolution];
  const norm = (z: tf.Tensor4D, i: number) => {
    const normalizer = normalizers[i];
    return normalizer ? normalize(z, normalizer, pass) : z;
  };
  if (preActivation) {
    const h = convolve(relu(norm(x, 0)), first, pass.branch, strides);
    return convolve(relu(norm(h, 1)), second, pass.branch);
  }
  const h = relu(norm(convolve(x, first, pass.branch, strides), 0));
  return norm(convolve(h, second, pass.branch), 1);
}
