import * as tf from '@tensorflow/tfjs';
import { checkShapes } from './shapes';

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
  const rows = sparse ? tf.oneHot(labels, logits.shape[1]) : labels;
  return tf.losses.softmaxCrossEntropy(rows, logits);
}
