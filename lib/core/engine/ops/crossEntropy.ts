import * as tf from '@tensorflow/tfjs';
import { kernels } from '../kernels';

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
  const native = kernels().softmaxCrossEntropy?.(labels, logits);
  if (native) return native;
  const rows = labels.rank === 1 ? tf.oneHot(labels, logits.shape[1]) : labels;
  return tf.losses.softmaxCrossEntropy(rows, logits);
}
