import * as tf from '@tensorflow/tfjs';
import { withGradient } from 'unrolled-core/internal';
import type { NativeOps } from './nativeOps';

/** Softmax cross-entropy by the op that gives the gradient softmax(logits) - y with the loss. */
export function softmaxCrossEntropy(
  ops: NativeOps,
  labels: tf.Tensor1D | tf.Tensor2D,
  logits: tf.Tensor2D,
): tf.Scalar {
  const sparse = labels.rank === 1;
  const name = `${sparse ? 'Sparse' : ''}SoftmaxCrossEntropyWithLogits`;
  const types = sparse ? [ops.int('Tlabels')] : [];
  return withGradient([logits], ([logits], save) => {
    const [losses, slope] = ops.many(name, [logits, labels], 2, types);
    save([slope!]);
    const gradFunc = (dy: tf.Tensor, [slope]: tf.Tensor[]) =>
      tf.mul(slope!, tf.div(dy, logits.shape[0]));
    return { value: tf.mean(losses!), gradFunc };
  }) as tf.Scalar;
}
