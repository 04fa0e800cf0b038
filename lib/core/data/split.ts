import * as tf from '@tensorflow/tfjs';
import type { Stream } from '../engine';

/** Some samples and their labels. */
export interface Batch {
  /** float32, [batch, ...]: images [batch, height, width, channels], vectors [batch, units]. */
  inputs: tf.Tensor;
  /** int32, [batch]. */
  labels: tf.Tensor1D;
}

/** Samples with a class each: the training or the test part of a data set. */
export class Split implements Batch {
  /** Number of samples. */
  readonly size: number;

  /**
   * Takes over both tensors, which {@link dispose} frees.
   *
   * @param inputs float32, [size, ...]: images [size, height, width, channels], vectors [size, units]
   * @param labels int32, [size]: the class of each, counted from 0
   * @throws TypeError when one of the two has another type or rank.
   * @throws RangeError when there are not as many labels as samples, or none.
   */
  constructor(
    readonly inputs: tf.Tensor,
    readonly labels: tf.Tensor1D,
  ) {
    if (inputs.dtype !== 'float32' || inputs.rank < 2) {
      throw new TypeError(`The inputs of a split are float32, [size, ...], not ${told(inputs)}.`);
    }
    if (labels.dtype !== 'int32' || labels.rank !== 1) {
      throw new TypeError(`The labels of a split are int32, [size], not ${told(labels)}.`);
    }
    this.size = labels.size;
    if (this.size > 0 && inputs.shape[0] === this.size) return;
    throw new RangeError(
      `A split has a label a sample and at least one, not ${labels.size} for ${inputs.shape[0]}.`,
    );
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

  /** The samples from `start` on, `count` of them. The caller disposes both tensors. */
  slice(start: number, count: number): Batch {
    return {
      inputs: tf.slice(this.inputs, start, count),
      labels: tf.slice(this.labels, start, count),
    };
  }

  private *gather(order: Int32Array, batchSize: number): Generator<Batch> {
    for (let start = 0; start < order.length; start += batchSize) {
      const batch = tf.tidy(() => {
        const indices = tf.tensor1d(order.subarray(start, start + batchSize), 'int32');
        return {
          inputs: tf.keep(tf.gather(this.inputs, indices)),
          labels: tf.keep(tf.gather(this.labels, indices)),
        };
      });
      try {
        yield batch;
      } finally {
        tf.dispose([batch.inputs, batch.labels]);
      }
    }
  }

  /** Frees the tensors. */
  dispose(): void {
    tf.dispose([this.inputs, this.labels]);
  }
}

function told({ dtype, shape }: tf.Tensor): string {
  return `${dtype}, [${shape.join(', ')}]`;
}

/** @throws RangeError when `batchSize` is not a positive integer. */
export function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return;
  throw new RangeError(`A batch has a whole number of samples, at least 1, not ${batchSize}.`);
}
