import * as tf from '@tensorflow/tfjs';
import type { Normalized } from 'unrolled-core';
import { withGradient } from 'unrolled-core/internal';
import type { NativeOps } from './nativeOps';

/** Batch norm as FusedBatchNormV3 and FusedBatchNormGradV3. */
export function batchNorm(
  ops: NativeOps,
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): Normalized<tf.Tensor> {
  const channels = gamma.size;
  const image = x.rank === 4 ? x : tf.reshape(x, [-1, 1, 1, channels]);
  const attributes = [
    ops.float('U'),
    ops.number('epsilon', epsilon),
    ops.text('data_format', 'NHWC'),
    ops.flag('is_training', true),
  ];
  let statistics: tf.Tensor[] = [];
  const normalized = withGradient('batchNorm', [image, gamma, beta], ([x, gamma, beta], save) => {
    const none = tf.tensor1d([]);
    const outputs = ops.many('FusedBatchNormV3', [x, gamma, beta, none, none], 6, attributes);
    // Of one value a channel the variance is 0, of which a GPU makes 0 / 0.
    const [mean, variance] = [
      outputs[1]!,
      x.size === channels ? tf.zerosLike(outputs[1]!) : outputs[2]!,
    ];
    statistics = [mean, variance].map((tensor) => tf.keep(tensor));
    save([x, gamma, ...outputs.slice(3)]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      ops.many('FusedBatchNormGradV3', [dy, ...saved], 5, attributes).slice(0, 3);
    return { value: outputs[0]!, gradFunc };
  });
  const y = tf.reshape(normalized, x.shape);
  const [mean, variance] = statistics.map((tensor) => tensor.clone()) as tf.Tensor1D[];
  tf.dispose(statistics);
  return { y, mean: mean!, variance: variance! };
}
