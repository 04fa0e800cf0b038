import * as tf from '@tensorflow/tfjs';
import { checkShapes } from './shapes';
import { withGradient } from './withGradient';

/**
 * The mean over the batch of -sum_k y_k log softmax(logits)_k.
 *
 * Labels get no gradient.
 *
 * @param labels classes [batch] (int32), or one-hot rows [batch, classes] (float32)
 * @param logits [batch, classes]
 * @throws RangeError when the shapes or types do not fit. A class beyond the logits is not noticed.
 */
export function softmaxCrossEntropy(
  labels: tf.Tensor1D | tf.Tensor2D,
  logits: tf.Tensor2D,
): tf.Scalar {
  const sparse = labels.rank === 1;
  checkShapes(
    'softmaxCrossEntropy',
    {
      labels: sparse ? [labels, 'batch'] : [labels, 'batch', 'classes'],
      logits: [logits, 'batch', 'classes'],
    },
    sparse ? ['labels'] : [],
  );
  return withGradient('softmaxCrossEntropy', [logits], ([logits], save) => {
    const [batch, classes] = logits.shape;
    const rows = sparse ? tf.cast(tf.oneHot(labels, classes), 'float32') : labels;
    const logProbabilities = tf.logSoftmax(logits);
    save([logProbabilities, rows]);
    const gradFunc = (dy: tf.Tensor, [logProbabilities, rows]: tf.Tensor[]) =>
      tf.mul(tf.sub(tf.exp(logProbabilities!), rows!), tf.div(dy, batch));
    const value = tf.div(tf.neg(tf.sum(tf.mul(rows, logProbabilities))), batch);
    return { value, gradFunc };
  }) as tf.Scalar;
}
