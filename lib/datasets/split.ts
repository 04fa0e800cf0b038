import * as tf from '@tensorflow/tfjs';
import type { Stream } from '../engine/random';
import type { Samples } from './idx';

/** Some images and their labels. */
export interface Batch {
  /** float32 in [0, 1], [batch, height, width, channels]. */
  images: tf.Tensor4D;
  /** int32, [batch]. */
  labels: tf.Tensor1D;
}

/** The training or the test part of a data set, resident in the backend's memory. */
export class Split {
  /** float32 in [0, 1], [size, height, width, channels]. */
  readonly images: tf.Tensor4D;
  /** int32, [size]. */
  readonly labels: tf.Tensor1D;
  /** Number of images. */
  readonly size: number;

  /** Uploads `samples`, bytes 0 ... 255 becoming v / 255. */
  constructor(samples: Samples, shape: [number, number, number]) {
    this.size = samples.labels.length;
    const values = new Float32Array(samples.pixels.length);
    for (let i = 0; i < values.length; i++) values[i] = samples.pixels[i]! / 255;
    this.images = tf.tensor4d(values, [this.size, ...shape]);
    this.labels = tf.tensor1d(Int32Array.from(samples.labels), 'int32');
  }

  /**
   * All samples once, in an order drawn from `stream`, `batchSize` at a time; the last batch has
   * what is left. Each batch is gathered when it is asked for, and disposed of when the next one
   * is, or when the loop ends: `clone()` what you keep.
   *
   * @throws RangeError when `batchSize` is not a positive integer.
   */
  batches(batchSize: number, stream: Stream): Iterable<Batch> {
    checkBatchSize(batchSize);
    return this.gather(stream.permutation(this.size), batchSize);
  }

  private *gather(order: Int32Array, batchSize: number): Generator<Batch> {
    for (let start = 0; start < order.length; start += batchSize) {
      const batch = tf.tidy(() => {
        const indices = tf.tensor1d(order.subarray(start, start + batchSize), 'int32');
        return {
          images: tf.keep(tf.gather(this.images, indices)),
          labels: tf.keep(tf.gather(this.labels, indices)),
        };
      });
      try {
        yield batch;
      } finally {
        tf.dispose([batch.images, batch.labels]);
      }
    }
  }

  /** Frees the tensors. */
  dispose(): void {
    tf.dispose([this.images, this.labels]);
  }
}

/** @throws RangeError when `batchSize` is not a positive integer. */
export function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return;
  throw new RangeError(`A batch has a whole number of images, at least 1, not ${batchSize}.`);
}
