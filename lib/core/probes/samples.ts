import * as tf from '@tensorflow/tfjs';
import { labelCheck } from '../data/labels';
import { interruptible } from '../engine/interruption';
import type { Network } from '../networks';
import { samplesAtOnce } from '../networks/budget';
import { numbersIn } from '../networks/route';
import { walk, type Visit, type WalkOptions } from '../networks/walk';

/** How a probe goes through its samples. */
export interface ProbeOptions {
  /** Samples at a time. Default: as many as fit into 64 MB with what is held of each. */
  batchSize?: number;
}

/** What a batch of samples gave. */
export interface Reading {
  values: tf.TypedArray;
  shape: number[];
}

/** How many times its states a walk with gradients holds: the pass back needs what the pass forth made. */
export const recorded = 16;

/** How many times its largest state a walk holds while it looks at a block. */
const terms = 8;

/**
 * What `measure` computes for one batch of samples after the other.
 *
 * @param samples [samples, ...net.inputShape]
 * @param held how many times the states of a sample are held
 * @throws RangeError when there are no samples, or the network has no blocks.
 * @throws InterruptedError when it is interrupted.
 */
export async function* readings(
  net: Network,
  samples: tf.Tensor,
  { batchSize }: ProbeOptions,
  measure: (batch: tf.Tensor, start: number) => tf.Tensor,
  held = 1,
): AsyncGenerator<Reading> {
  const size = samples.shape[0];
  if (size === 0) throw new RangeError('There are no samples to probe.');
  if (net.blocks.length === 0) throw new RangeError('A net without blocks has nothing to probe.');
  const sizes = net.route.map(({ output }) => numbersIn(output));
  const states = sizes.reduce((sum, numbers) => sum + numbers);
  const step = batchSize ?? samplesAtOnce(size, held * states + terms * Math.max(...sizes));
  if (!Number.isInteger(step) || step < 1) {
    throw new RangeError(`batchSize is a positive integer, not ${step}.`);
  }
  const goOn = interruptible();
  for (let start = 0; start < size; start += step) {
    await goOn();
    const count = Math.min(step, size - start);
    const result = tf.tidy(() => measure(tf.slice(samples, start, count), start));
    const values = await result.data();
    const { shape } = result;
    result.dispose();
    yield { values, shape };
  }
}

/** The sum of readings, in float64. */
export async function summed(readings: AsyncIterable<Reading>): Promise<Float64Array> {
  let sums = new Float64Array();
  for await (const { values } of readings) {
    if (sums.length === 0) sums = new Float64Array(values.length);
    values.forEach((value, i) => (sums[i]! += value));
  }
  return sums;
}

/**
 * The mean over samples of what `see` sums up at each block, one block's numbers after the other's.
 *
 * @throws RangeError when there are no samples, the network has no blocks, labels and samples differ in
 *   number, or a label is no class of the net's.
 */
export async function means(
  net: Network,
  samples: tf.Tensor,
  see: (visit: Visit) => tf.Tensor[],
  { batchSize, labels, ...mode }: ProbeOptions & WalkOptions,
): Promise<Float64Array> {
  if (labels) await checkLabels(net, samples, labels);
  const measure = (batch: tf.Tensor, start: number) => {
    const own = labels && { labels: tf.slice(labels, start, batch.shape[0]) };
    const seen = walk(net, batch, see, { ...own, ...mode }).flat();
    return seen.length > 0 ? tf.concat(seen) : tf.zeros([0]);
  };
  const held = labels ? recorded : 1;
  const sums = await summed(readings(net, samples, { batchSize }, measure, held));
  return sums.map((sum) => sum / samples.shape[0]);
}

/** @throws RangeError when samples and labels differ in number, or a label is no class of the net's. */
export async function checkLabels(
  { route }: Network,
  samples: tf.Tensor,
  labels: tf.Tensor1D,
): Promise<void> {
  if (samples.shape[0] !== labels.size) {
    throw new RangeError(`There are ${samples.shape[0]} samples, but ${labels.size} labels.`);
  }
  const check = await labelCheck(labels);
  check(route.at(-1)!.output.at(-1)!);
}
