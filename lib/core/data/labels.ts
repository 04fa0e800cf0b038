import * as tf from '@tensorflow/tfjs';

/**
 * What refuses labels that are not among so many classes, and whose loss would count as 0. It reads
 * the labels once, so that each later check costs nothing.
 *
 * @param labels [size]
 * @returns throws RangeError when a label is negative or not below the number of classes.
 */
export async function labelCheck(labels: tf.Tensor1D): Promise<(classes: number) => void> {
  const ends = tf.tidy(() => tf.stack([tf.min(labels), tf.max(labels)]));
  const [lowest, highest] = (await ends.data()) as unknown as [number, number];
  ends.dispose();
  return (classes) => {
    if (lowest >= 0 && highest < classes) return;
    throw new RangeError(
      `The logits are of ${classes} classes, from 0 to ${classes - 1}, but a label is ` +
        `${lowest < 0 ? lowest : highest}.`,
    );
  };
}
