import * as tf from '@tensorflow/tfjs';
import type { NativeOps } from './nativeOps';
import { withFirstGradient } from './withGradient';

/** Softmax cross-entropy by the op that gives the gradient softmax(logits) - y with the loss. */
export function softmaxCrossEntropy(
  ops: NativeOps,
  labels: tf.Tensor1D | tf.Tensor2D,
  logits: tf.Tensor2D,
): tf.Scalar {
  const sparse = labels.rank === 1;
  const name = `${sparse ? 'Sparse' : ''}SoftmaxCrossEntropyWithLogits`;
  const types = sparse ? [ops.int('Tlabels')] : [];
  return withFirstGradient('softmaxCrossEntropy', [logits], ([logits], save) => {
    const [losses, slope] = ops.many(name, [logits, labels], 2, types);
    save([slope!]);
    const gradFunc = (dy: tf.Tensor, [slope]: tf.Tensor[]) =>
      tf.mul(slope!, tf.div(dy, logits.shape[0]));
    return { value: tf.mean(losses!), gradFunc };
  }) as tf.Scalar;
}
