import * as tf from '@tensorflow/tfjs';
import { nativeOps } from './native';
import { withGradient } from './with-gradient';

/** A normalized batch and the statistics it was normalized by. */
export interface Normalized<T extends tf.Tensor> {
  y: T;
  /** The mean over the batch, [channels]. */
  mean: tf.Tensor1D;
  /** The unbiased variance over the batch, [channels], for a moving average. */
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
 */
export function batchNorm<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon = 1e-3,
): Normalized<T> {
  return nativeOps() ? fused(x, gamma, beta, epsilon) : composed(x, gamma, beta, epsilon);
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
  return { y, mean, variance: tf.mul(variance, count / (count - 1)) };
}

function fused<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): Normalized<T> {
  const ops = nativeOps()!;
  const channels = gamma.size;
  const image = x.rank === 4 ? x : tf.reshape(x, [-1, 1, 1, channels]);
  const attributes = [
    ops.float('U'),
    ops.number('epsilon', epsilon),
    ops.text('data_format', 'NHWC'),
    ops.flag('is_training', true),
  ];
  let statistics: tf.Tensor[] = [];
  const normalized = withGradient([image, gamma, beta], ([x, gamma, beta], save) => {
    const none = tf.tensor1d([]);
    const outputs = ops.many('FusedBatchNormV3', [x, gamma, beta, none, none], 6, attributes);
    statistics = outputs.slice(1, 3).map((tensor) => tf.keep(tensor));
    save([x, gamma, ...outputs.slice(3)]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      ops.many('FusedBatchNormGradV3', [dy, ...saved], 5, attributes).slice(0, 3);
    return { value: outputs[0]!, gradFunc };
  });
  const y = tf.reshape(normalized, x.shape) as T;
  const [mean, variance] = statistics.map((tensor) => tensor.clone()) as tf.Tensor1D[];
  tf.dispose(statistics);
  return { y, mean: mean!, variance: variance! };
}
