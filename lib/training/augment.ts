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
  augmentation: Augmentation,
  stream: Stream,
): tf.Tensor4D {
  return tf.tidy(() => {
    const draws = drawVariations(images.shape[0], augmentation, stream);
    return vary(images, augmentation, tf.tensor2d(draws, [images.shape[0], 3], 'int32'));
  });
}

/** For each of `count` images how far down and right its crop begins, and 1 if it is mirrored, else 0. */
export function drawVariations(
  count: number,
  { flip = false, shift = 0 }: Augmentation,
  stream: Stream,
): Int32Array {
  if (!Number.isInteger(shift) || shift < 0) {
    throw new RangeError(`augmentation.shift is a whole number of pixels, not ${shift}.`);
  }
  const draws = new Int32Array(3 * count);
  for (let image = 0; image < count; image++) {
    draws[3 * image] = stream.integer(2 * shift + 1);
    draws[3 * image + 1] = stream.integer(2 * shift + 1);
    draws[3 * image + 2] = flip && stream.integer(2) === 1 ? 1 : 0;
  }
  return draws;
}

/**
 * Varies each image as it was drawn, by ops that a graph can hold.
 * @param images [batch, height, width, channels]
 * @param draws int32, [batch, 3], as from {@link drawVariations}
 */
export function vary(
  images: tf.Tensor4D,
  { shift = 0 }: Augmentation,
  draws: tf.Tensor2D,
): tf.Tensor4D {
  if (images.rank !== 4) {
    throw new RangeError(
      'Images are varied, [batch, height, width, channels], not inputs of shape ' +
        `[${(images as tf.Tensor).shape.join(', ')}]: leave the augmentation out.`,
    );
  }
  const [batch, height, width, channels] = images.shape;
  const [rows, columns] = [height + 2 * shift, width + 2 * shift];
  return tf.tidy(() => {
    const margin: [number, number] = [shift, shift];
    const padded = tf.pad(images, [[0, 0], margin, margin, [0, 0]]);
    const flat = tf.reshape(padded, [batch * rows * columns, channels]);
    const [top, left, mirrored] = tf.split(tf.reshape(draws, [batch, 1, 3]), 3, 2);
    const across = tf.range(0, width, 1, 'int32');
    const back = Int32Array.from({ length: width }, (_, column) => width - 1 - 2 * column);
    const column = tf.add(tf.add(across, left!), tf.mul(mirrored!, tf.tensor1d(back, 'int32')));
    const image = tf.reshape(tf.range(0, batch, 1, 'int32'), [batch, 1]);
    const down = tf.range(0, height, 1, 'int32');
    const row = tf.add(
      tf.add(tf.reshape(top!, [batch, 1]), down),
      tf.mul(image, tf.scalar(rows, 'int32')),
    );
    const start = tf.mul(row, tf.scalar(columns, 'int32'));
    const pixels = tf.add(tf.reshape(start, [batch, height, 1]), column);
    return tf.gather(flat, tf.cast(pixels, 'int32')) as tf.Tensor4D;
  });
}
