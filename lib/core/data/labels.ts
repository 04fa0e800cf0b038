import * as tf from '@tensorflow/tfjs';

/**
 * What refuses labels that are no classes of the logits. It reads the labels once, so that each
 * later check costs nothing: the native cross-entropy fails on such a label, the composed one takes
 * its loss for 0.
 *
 * @param labels [size]; the logits are [..., classes]
 * @returns throws RangeError when a label is negative or not below the number of logits.
 */
export async function labelCheck(labels: tf.Tensor1D): Promise<(logits: tf.Tensor) => void> {
  const ends = tf.tidy(() => tf.stack([tf.min(labels), tf.max(labels)]));
  const [lowest, highest] = (await ends.data()) as unknown as [number, number];
  ends.dispose();
  return (logits) => {
    const classes = logits.shape.at(-1)!;
    if (lowest >= 0 && highest < classes) return;
    throw new RangeError(
      `The logits are of ${classes} classes, from 0 to ${classes - 1}, but a label is ` +
        `${lowest < 0 ? lowest : highest}.`,
    );
  };
}
