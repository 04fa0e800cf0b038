import * as tf from '@tensorflow/tfjs';
import { HighwayConv, HighwayDense, type Parts } from '../layers';
import type { Network } from '../networks';
import { places } from '../networks/places';
import { numbersIn } from '../networks/route';
import { walk } from '../networks/walk';
import { inRowsOf } from './rows';
import { means, readings, type ProbeOptions } from './samples';
import { hoyerSparsity } from './sparsity';

/**
 * The transform gates, mean over samples: `[block][unit]` (Srivastava, Greff and Schmidhuber 2015,
 * Figure 2, second column). A convolutional block has a unit for each row, column and channel, in this
 * order. Residual and plain blocks have T = 1, or their branch scale.
 *
 * @param inputs [samples, ...net.inputShape]
 * @throws RangeError when there are no samples, or no blocks.
 */
export async function gateMeans(
  net: Network,
  inputs: tf.Tensor,
  options: ProbeOptions = {},
): Promise<number[][]> {
  const gates = ({ transform }: Parts) => [tf.reshape(tf.sum(transform, 0), [-1])];
  return inRowsOf(await means(net, inputs, ({ parts }) => gates(parts), options), gateCounts(net));
}

/**
 * The transform gates of each sample, [batch, gates], the first block's first. Those of a convolutional
 * block are in the order of its output: rows, columns, channels.
 */
export function transformGates(net: Network, x: tf.Tensor): tf.Tensor2D {
  const flat = ({ transform }: Parts) => tf.reshape(transform, [x.shape[0], -1]);
  return tf.concat(
    walk(net, x, ({ parts }) => flat(parts)),
    1,
  ) as tf.Tensor2D;
}

/** How many transform gates a sample has in each block: one for each number of its output. */
export function gateCounts(net: Network): number[] {
  return places(net).map(({ output }) => numbersIn(output));
}

/** What one sample does in a net. */
export interface SampleActivity {
  /** Its transform gates, `[block][unit]`. */
  gates: number[][];
  /** Its states, `[layer][unit]`: the stem's output, then each block's. */
  states: number[][];
}

/**
 * One sample's gates and states (Srivastava, Greff and Schmidhuber 2015, Figure 2, third and fourth
 * column: the stripes are units that keep their value from layer to layer).
 *
 * @param image [1, ...net.inputShape]
 * @throws RangeError when there is not just one sample.
 */
export async function sampleActivity(net: Network, image: tf.Tensor): Promise<SampleActivity> {
  if (image.shape[0] !== 1) {
    throw new RangeError(
      `This takes one sample, not ${image.shape[0]}: shape [${image.shape.join(', ')}].`,
    );
  }
  const { gates, states } = tf.tidy(() => {
    const seen = walk(net, image, ({ before, after, parts }) => [parts.transform, before, after]);
    const [first] = seen as [tf.Tensor[], ...tf.Tensor[][]];
    return {
      gates: seen.map(([gate]) => gate!),
      states: [first[1]!, ...seen.map(([, , after]) => after!)],
    };
  });
  const read = (rows: tf.Tensor[]) => Promise.all(rows.map(async (row) => [...(await row.data())]));
  const activity = { gates: await read(gates), states: await read(states) };
  tf.dispose([gates, states]);
  return activity;
}

/**
 * The transform biases b_T, `[block][unit]`, of a convolutional block `[block][channel]` (Srivastava,
 * Greff and Schmidhuber 2015, Figure 2, first column).
 *
 * @throws TypeError naming a block that has none.
 */
export async function gateBiases(net: Network): Promise<number[][]> {
  const biases = net.blocks.map((block) => {
    const isHighway = block instanceof HighwayDense || block instanceof HighwayConv;
    const bias = isHighway ? block.transformBias : undefined;
    if (!bias) throw new TypeError(`The block "${block.name}" has no transform bias.`);
    return bias;
  });
  return Promise.all(biases.map(async (bias) => [...(await bias.data())]));
}

/** How sparse gates are. */
export interface GateSparsity {
  /** Of each sample's gates, all blocks and units together. */
  samples: number[];
  /** Of the gates' mean over the samples. */
  ofMean: number;
}

/** How {@link gateSparsities} measures. */
export interface GateSparsityOptions extends ProbeOptions {
  /** The sparsity of a list of numbers. Default: {@link hoyerSparsity}. */
  measure?: (values: ArrayLike<number>) => number;
}

/**
 * How sparse the transform gates are for single samples, and in their mean over samples.
 *
 * The mean is bound to be the less sparse: gates are not negative, so |mean|_1 is the mean of |g|_1,
 * while |mean|_2 is at most the mean of |g|_2. What training did shows in the distance, beside that
 * of an untrained net.
 *
 * @param inputs [samples, ...net.inputShape]
 */
export async function gateSparsities(
  net: Network,
  inputs: tf.Tensor,
  { measure = hoyerSparsity, ...options }: GateSparsityOptions = {},
): Promise<GateSparsity> {
  const samples: number[] = [];
  let sums = new Float64Array();
  const gates = (batch: tf.Tensor) => transformGates(net, batch);
  for await (const { values, shape } of readings(net, inputs, options, gates, 2)) {
    const [count, width] = shape as [number, number];
    if (sums.length === 0) sums = new Float64Array(width);
    for (let n = 0; n < count; n++) {
      const row = values.subarray(n * width, (n + 1) * width);
      samples.push(measure(row));
      for (let i = 0; i < width; i++) sums[i]! += row[i]!;
    }
  }
  return { samples, ofMean: measure(sums) };
}
