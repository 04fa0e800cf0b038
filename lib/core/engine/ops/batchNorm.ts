import * as tf from '@tensorflow/tfjs';
import { kernels } from '../kernels';
import { checkShapes } from './shapes';

/** A normalized batch and the statistics it was normalized by. */
export interface Normalized<T extends tf.Tensor> {
  y: T;
  /** The mean over the batch, [channels]. */
  mean: tf.Tensor1D;
  /** variance n / max(1, n - 1) over the batch of n values a channel, [channels], for a moving average. */
  variance: tf.Tensor1D;
}

/**
 * Batch normalization in training, over all axes but the last (Ioffe and Szegedy 2015, algorithm 1):
 * y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the biased variance.
 *
 * Native: FusedBatchNormV3 and FusedBatchNormGradV3. The gradient runs through y alone; mean and
 * variance are for moving averages.
 *
 * @param x [..., channels]
 * @param gamma scale, [channels]
 * @param beta shift, [channels]
 * @throws RangeError when the shapes do not fit.
 */
export function batchNorm<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon = 1e-3,
): Normalized<T> {
  checkShapes('batchNorm', {
    x: [x, '...', 'channels'],
    gamma: [gamma, 'channels'],
    beta: [beta, 'channels'],
  });
  const normalized = kernels().batchNorm?.(x, gamma, beta, epsilon);
  return (normalized as Normalized<T> | undefined) ?? composed(x, gamma, beta, epsilon);
}

function composed<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): Normalized<T> {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const count = x.size / gamma.size;
  const { mean, variance } = tf.moments(x, axes) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
  const scale = tf.div(gamma, tf.sqrt(tf.add(variance, epsilon)));
  const y = tf.add<T>(tf.mul(tf.sub(x, mean), scale), beta);
  return { y, mean, variance: tf.mul(variance, count / Math.max(1, count - 1)) };
}
