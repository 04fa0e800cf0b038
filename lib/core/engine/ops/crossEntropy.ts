import * as tf from '@tensorflow/tfjs';

/**
 * The mean over the batch of -sum_k y_k log softmax(logits)_k.
 *
 * Labels get no gradient.
 *
 * @param labels classes [batch] (int32), or one-hot rows [batch, classes] (float32)
 * @param logits [batch, classes]
 */
export function softmaxCrossEntropy(
  labels: tf.Tensor1D | tf.Tensor2D,
  logits: tf.Tensor2D,
): tf.Scalar {
  const rows = labels.rank === 1 ? tf.oneHot(labels, logits.shape[1]) : labels;
  return tf.losses.softmaxCrossEntropy(rows, logits);
}
