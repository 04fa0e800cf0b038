import * as tf from '@tensorflow/tfjs';
import type { Parts } from '../layers';
import type { Network } from '../networks';

/** How a probe goes through its samples. */
export interface ProbeOptions {
  /**
   * Samples at a time: bounds the memory, and what counts as a batch where batch norms take the
   * batch's statistics. Default 500, or as many as the states of the net allow where a probe keeps them.
   */
  batchSize?: number;
}

/** What `see` makes of each block's parts while x goes through the net, first block first. */
export function visit(
  net: Network,
  x: tf.Tensor,
  see: (parts: Parts) => tf.Tensor,
): [tf.Tensor, ...tf.Tensor[]] {
  let state = net.embed(x);
  const seen = net.blocks.map((block) => {
    const parts = block.parts(state);
    state = parts.output;
    return see(parts);
  });
  if (seen.length === 0) throw new RangeError('A net without blocks has nothing to probe.');
  return seen as [tf.Tensor, ...tf.Tensor[]];
}

/**
 * The transform gates of each sample, [batch, gates], the first block's first. Those of a convolutional
 * block are in the order of its output: rows, columns, channels.
 */
export function transformGates(net: Network, x: tf.Tensor): tf.Tensor2D {
  return tf.concat(
    visit(net, x, ({ transform }) => tf.reshape(transform, [x.shape[0], -1])),
    1,
  ) as tf.Tensor2D;
}

/** How many transform gates a sample has in each block. */
export function gateCounts(net: Network, samples: tf.Tensor): number[] {
  return tf.tidy(() =>
    visit(net, tf.slice(samples, 0, 1), ({ transform }) => transform).map(({ size }) => size),
  );
}

/** What `measured` reads for one batch. */
export interface Measurement {
  values: tf.TypedArray;
  shape: number[];
}

/**
 * What `measure` computes for one batch of samples after the other.
 * @param samples [samples, ...]
 */
export async function* measured(
  samples: tf.Tensor,
  { batchSize = 500 }: ProbeOptions,
  measure: (batch: tf.Tensor, start: number) => tf.Tensor,
): AsyncGenerator<Measurement> {
  const size = samples.shape[0];
  if (size === 0) throw new RangeError('There are no samples to probe.');
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batchSize is a positive integer, not ${batchSize}.`);
  }
  for (let start = 0; start < size; start += batchSize) {
    const count = Math.min(batchSize, size - start);
    const result = tf.tidy(() => measure(tf.slice(samples, start, count), start));
    const values = await result.data();
    const { shape } = result;
    result.dispose();
    yield { values, shape };
  }
}

/** What `measure` computes, summed over the batches. */
export async function summed(
  samples: tf.Tensor,
  options: ProbeOptions,
  measure: (batch: tf.Tensor, start: number) => tf.Tensor,
): Promise<Float64Array> {
  let sums = new Float64Array();
  for await (const { values } of measured(samples, options, measure)) {
    if (sums.length === 0) sums = new Float64Array(values.length);
    values.forEach((value, i) => (sums[i]! += value));
  }
  return sums;
}

/** `values` as rows of equal length. */
export function inRows(values: ArrayLike<number>, rows: number): number[][] {
  return inRowsOf(values, new Array<number>(rows).fill(values.length / rows));
}

/** `values` as rows of the sizes given. */
export function inRowsOf(values: ArrayLike<number>, sizes: readonly number[]): number[][] {
  let end = 0;
  return sizes.map((size) => Array.prototype.slice.call(values, end, (end += size)) as number[]);
}
