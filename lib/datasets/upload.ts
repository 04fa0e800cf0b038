import * as tf from '@tensorflow/tfjs';
import { Split } from 'unrolled-core';
import type { Samples } from './idx';

/** Images as a split, bytes 0 ... 255 becoming v / 255. */
export function upload({ pixels, labels }: Samples, shape: [number, number, number]): Split {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < values.length; i++) values[i] = pixels[i]! / 255;
  return new Split(
    tf.tensor4d(values, [labels.length, ...shape]),
    tf.tensor1d(Int32Array.from(labels), 'int32'),
  );
}
