import * as tf from '@tensorflow/tfjs';
import { nativeOps } from './native';
import { withGradient } from './with-gradient';

/**
 * The mean over the batch of -sum_k y_k log softmax(logits)_k.
 *
 * The native op returns the gradient softmax(logits) - y with the loss. Labels get no gradient.
 *
 * @param labels classes [batch] (int32), or one-hot rows [batch, classes] (float32)
 * @param logits [batch, classes]
 */
export function softmaxCrossEntropy(
  labels: tf.Tensor1D | tf.Tensor2D,
  logits: tf.Tensor2D,
): tf.Scalar {
  const ops = nativeOps();
  const [batch, classes] = logits.shape;
  const sparse = labels.rank === 1;
  if (!ops) {
    const rows = sparse ? tf.oneHot(labels, classes) : labels;
    return tf.losses.softmaxCrossEntropy(rows, logits);
  }
  const name = `${sparse ? 'Sparse' : ''}SoftmaxCrossEntropyWithLogits`;
  const types = sparse ? [ops.int('Tlabels')] : [];
  return withGradient([logits], ([logits], save) => {
    const [losses, slope] = ops.many(name, [logits, labels], 2, types);
    save([slope!]);
    const gradFunc = (dy: tf.Tensor, [slope]: tf.Tensor[]) => tf.mul(slope!, tf.div(dy, batch));
    return { value: tf.mean(losses!), gradFunc };
  }) as tf.Scalar;
}
