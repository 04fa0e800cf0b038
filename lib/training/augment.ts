import * as tf from '@tensorflow/tfjs';
import type { Stream } from 'unrolled-core';

/** How images are varied at random (He, Zhang, Ren and Sun 2015, section 4.2). */
export interface Augmentation {
  /** Mirror left and right, with probability 1/2. Default false. */
  flip?: boolean;
  /** Move by up to so many pixels along each axis, zeros moving in: pad, then crop. Default 0. */
  shift?: number;
}

/**
 * Varies each image by draws of its own from `stream`.
 * @param images [batch, height, width, channels]
 * @returns a new tensor of the same shape
 * @throws RangeError when the inputs are no images, or `shift` is no whole number of pixels.
 */
export function augment(
  images: tf.Tensor4D,
  { flip = false, shift = 0 }: Augmentation,
  stream: Stream,
): tf.Tensor4D {
  if (images.rank !== 4) {
    throw new RangeError(
      'Images are varied, [batch, height, width, channels], not inputs of shape ' +
        `[${(images as tf.Tensor).shape.join(', ')}]: leave the augmentation out.`,
    );
  }
  if (!Number.isInteger(shift) || shift < 0) {
    throw new RangeError(`augmentation.shift is a whole number of pixels, not ${shift}.`);
  }
  const [batch, height, width, channels] = images.shape;
  const [rows, columns] = [height + 2 * shift, width + 2 * shift];
  const pixels = new Int32Array(batch * height * width);
  let next = 0;
  for (let image = 0; image < batch; image++) {
    const top = image * rows + stream.integer(2 * shift + 1);
    const left = stream.integer(2 * shift + 1);
    const mirrored = flip && stream.integer(2) === 1;
    for (let row = 0; row < height; row++) {
      const start = (top + row) * columns + left;
      for (let column = 0; column < width; column++) {
        pixels[next++] = start + (mirrored ? width - 1 - column : column);
      }
    }
  }
  return tf.tidy(() => {
    const margin: [number, number] = [shift, shift];
    const padded = tf.pad(images, [[0, 0], margin, margin, [0, 0]]);
    const flat = tf.reshape(padded, [batch * rows * columns, channels]);
    return tf.reshape(tf.gather(flat, tf.tensor1d(pixels, 'int32')), images.shape);
  });
}
