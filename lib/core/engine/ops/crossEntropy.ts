import * as tf from '@tensorflow/tfjs';
import { checkShapes } from './shapes';
import { withGradient } from './withGradient';

/**
 * The mean over the batch of -sum_k q_k log p_k with p = softmax(z).
 *
 * Value and gradient, p - q over the batch, keep their digits however likely the class is: in float32
 * p_y - 1 and log p_y would be rounded to 0 for a likely class y. With y the class, or the likeliest
 * of a row, both are taken from the others,
 *
 *     -log p_y = log(1 + sum_(k /= y) exp(z_k - z_y)),  p_y - q_y = -sum_(k /= y) (p_k - q_k).
 *
 * Labels get no gradient.
 *
 * @param labels classes [batch] (int32), or rows q of sum 1, [batch, classes] (float32)
 * @param logits z, [batch, classes]
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
    const y = sparse ? labels : tf.argMax(labels, 1);
    const own = tf.cast(tf.oneHot(y, classes), 'float32');
    const others = tf.sub(1, own);
    const z = tf.sub(logits, tf.max(logits, 1, true));
    const ofOwn = sumOfEach(tf.mul(z, own));
    const powers = tf.mul(tf.exp(z), others);
    const power = sumOfEach(powers);
    const rest = sparse ? [] : [tf.mul(labels, others)];
    save([powers, tf.add(power, tf.exp(ofOwn)), own, ...rest]);
    const gradFunc = (dy: tf.Tensor, [powers, total, own, rest]: tf.Tensor[]) => {
      const p = tf.div(powers!, total!);
      const ofOthers = rest ? tf.sub(p, rest) : p;
      const each = tf.sub(ofOthers, tf.mul(own!, sumOfEach(ofOthers)));
      return tf.mul(each, tf.div(dy, batch));
    };
    const losses = tf.softplus(tf.sub(tf.log(power), ofOwn));
    const beyond = rest.map((rest) => tf.sum(tf.mul(rest, tf.sub(ofOwn, z))));
    return { value: tf.div(tf.addN([tf.sum(losses), ...beyond]), batch), gradFunc };
  }) as tf.Scalar;
}

/** The sum over the classes, [batch, 1]. */
function sumOfEach(x: tf.Tensor): tf.Tensor {
  return tf.sum(x, 1, true);
}
