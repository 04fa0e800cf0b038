import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { walk } from '../networks/walk';
import type { BlockRow } from './rows';
import { readings, type ProbeOptions } from './samples';
import { stagePairs, type StagePair } from './stageErrors';

/** How far the features after a block are those of its stage's end. */
export interface FeatureRow extends BlockRow {
  /** Correlation of a channel with the same channel at the stage's end, mean over channels. */
  correlation: number;
  /** Correlation with another channel at the stage's end, mean over all pairs: the control. */
  others: number;
  /** Share of channels that correlate most, by magnitude, with themselves at the stage's end. */
  matched: number;
  /** Channels that vary, here and at the stage's end; the others have no correlation. */
  channels: number;
}

/**
 * Feature identity (Greff, Srivastava and Schmidhuber 2017, section 3): the blocks of a stage refine
 * the same features, so that a channel after block k tells of the same channel after the last block
 * K. With r(u, v) Pearson's correlation over samples and positions, for channels c and d,
 *
 *     correlation = mean_c r(a_c^k, a_c^K),  others = mean_(c != d) r(a_c^k, a_d^K).
 *
 * A mean over no pair is NaN. Blocks whose state has another shape than the stage's end have no row.
 *
 * @param inputs [samples, ...net.inputShape]
 */
export async function featureCorrelations(
  net: Network,
  inputs: tf.Tensor,
  options: ProbeOptions = {},
): Promise<FeatureRow[]> {
  const pairs = stagePairs(net);
  const moments: Moments[] = [];
  const measure = (batch: tf.Tensor) => {
    const states = walk(net, batch, ({ after }) => after);
    const moments = ({ at, end }: StagePair) => batchMoments(states[at]!, states[end]!);
    return tf.concat(pairs.flatMap((pair) => tf.tidy(() => moments(pair))));
  };
  for await (const { values } of readings(net, inputs, options, measure)) {
    let start = 0;
    pairs.forEach((_, i) => {
      const [count, channels] = [values[start]!, values[start + 1]!];
      moments[i] ??= new Moments(channels);
      const length = 4 * channels + channels * channels;
      moments[i].add(count, values.subarray(start + 2, start + 2 + length));
      start += 2 + length;
    });
  }
  return pairs.map(({ row }, i) => ({ ...row, ...moments[i]!.identity() }));
}

/** Count, channels, then means, summed squares of both and cross products, the last two about the means. */
function batchMoments(a: tf.Tensor, b: tf.Tensor): tf.Tensor[] {
  const channels = a.shape.at(-1)!;
  const [u, v] = [a, b].map((x) => tf.reshape<tf.Rank.R2>(x, [-1, channels]));
  const means = [tf.mean(u!, 0), tf.mean(v!, 0)];
  const [du, dv] = [tf.sub(u!, means[0]!), tf.sub(v!, means[1]!)];
  const squares = [du, dv].map((x) => tf.sum(tf.square(x), 0));
  const products = tf.reshape(tf.matMul(du, dv, true), [-1]);
  return [tf.tensor1d([a.size / channels, channels]), ...means, ...squares, products];
}

/** Sums over batches in float64, from which the correlations of channels follow. */
class Moments {
  private count = 0;
  private readonly sums: [Float64Array, Float64Array];
  private readonly squares: [Float64Array, Float64Array];
  private readonly products: Float64Array;

  constructor(private readonly channels: number) {
    const zeros = () => new Float64Array(channels);
    this.sums = [zeros(), zeros()];
    this.squares = [zeros(), zeros()];
    this.products = new Float64Array(channels * channels);
  }

  /** Adds what {@link batchMoments} has of one batch. */
  add(count: number, values: tf.TypedArray): void {
    const n = this.channels;
    const part = (i: number) => values.subarray(i * n, (i + 1) * n);
    this.count += count;
    const means = [part(0), part(1)] as const;
    means.forEach((mean, side) =>
      mean.forEach((m, c) => {
        this.sums[side]![c]! += count * m;
        this.squares[side]![c]! += part(2 + side)[c]! + count * m * m;
      }),
    );
    const products = values.subarray(4 * n);
    for (let c = 0; c < n; c++) {
      for (let d = 0; d < n; d++) {
        this.products[c * n + d]! += products[c * n + d]! + count * means[0][c]! * means[1][d]!;
      }
    }
  }

  /** What the correlations say. */
  identity(): Omit<FeatureRow, keyof BlockRow> {
    const { count, channels, sums, squares, products } = this;
    const variance = (side: 0 | 1, c: number) => squares[side][c]! - sums[side][c]! ** 2 / count;
    const all = Array.from({ length: channels }, (_, c) => c);
    const floor = (side: 0 | 1, c: number) => 1e-9 * squares[side][c]!;
    const alive = all.filter((c) => ([0, 1] as const).every((s) => variance(s, c) > floor(s, c)));
    const r = (c: number, d: number) =>
      (products[c * channels + d]! - (sums[0][c]! * sums[1][d]!) / count) /
      Math.sqrt(variance(0, c) * variance(1, d));
    const own = alive.map((c) => r(c, c));
    const rest = alive.flatMap((c) => alive.flatMap((d) => (c === d ? [] : [r(c, d)])));
    const best = (c: number) =>
      alive.reduce((a, b) => (Math.abs(r(c, b)) > Math.abs(r(c, a)) ? b : a));
    return {
      correlation: mean(own),
      others: mean(rest),
      matched: mean(alive.map((c) => Number(best(c) === c))),
      channels: alive.length,
    };
  }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
