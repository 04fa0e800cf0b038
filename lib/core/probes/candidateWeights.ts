import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { through } from '../networks/network';
import { keepsShape, places, type Place } from '../networks/places';
import { walk } from '../networks/walk';
import { inRows, inRowsOf, type BlockRow } from './rows';
import { means, readings, type ProbeOptions } from './samples';

/** How a gated block mixes its candidate with its input, and how it should. */
export interface WeightRow extends BlockRow {
  /** The transform gate T by channel, mean over samples and positions. */
  gate: number[];
  /** alpha_1 by channel, the weight of the candidate at which the error varies least. */
  optimal: number[];
  /** alpha_1 over the samples whose gate is above the channel's mean, all channels together; NaN if none is. */
  open: number;
  /** The same over the other samples. */
  shut: number;
}

/** What {@link candidateWeights} takes for A, the value that the blocks of a stage estimate. */
export interface WeightOptions extends ProbeOptions {
  /**
   * `end`: the state at the end of the stage. `without`: what that would be without the block. The
   * block's own mixture is part of the first: if no later block changed it, alpha_1 would be T.
   */
  target: 'end' | 'without';
}

/**
 * The best weight for each block's candidate (Greff, Srivastava and Schmidhuber 2017, section 4). Of
 * all mixtures alpha_1 H + (1 - alpha_1) a of a candidate H with the block's input a, the one whose
 * error about A varies least has
 *
 *     alpha_1 = (v_a - c) / (v_H + v_a - 2 c) = Cov[A - a, H - a] / Var[H - a],
 *
 * with v_H = Var[H - A], v_a = Var[a - A], c = Cov[H - A, a - A] over samples and positions: the slope
 * of what is missing on what the block proposes. No row for the last block of a stage and for blocks
 * that change the shape of the state, no entry for channels whose proposal never varies.
 *
 * @param inputs [samples, ...net.inputShape]
 */
export async function candidateWeights(
  net: Network,
  inputs: tf.Tensor,
  { target, ...options }: WeightOptions,
): Promise<WeightRow[]> {
  const all = places(net);
  const mixing = all.filter((place) => keepsShape(place) && place.at !== place.end);
  const channels = all.map(({ output }) => output.at(-1)!);
  const ofChannels = (gate: tf.Tensor) =>
    tf.sum(tf.mean(tf.reshape(gate, [gate.shape[0], -1, gate.shape.at(-1)!]), 1), 0);
  const averages = await means(net, inputs, ({ parts }) => [ofChannels(parts.transform)], options);
  const gates = inRowsOf(averages, channels);
  const measure = (batch: tf.Tensor) => {
    const seen = walk(net, batch, ({ before, after, parts: { candidate, transform } }) => {
      return { before, after, candidate, transform };
    });
    const sums = ({ at, end }: Place) => {
      const { before, candidate, transform } = seen[at]!;
      const later = net.blocks.slice(at + 1, end + 1);
      const goal = target === 'end' ? seen[end]!.after : through(later, before);
      const [proposal, missing] = [tf.sub(candidate, before), tf.sub(goal, before)];
      return slopeMoments(proposal, missing, transform, tf.tensor1d(gates[at]!));
    };
    return tf.concat(mixing.map((place) => tf.tidy(() => sums(place))));
  };
  if (mixing.length === 0) return [];
  const moments = mixing.map(({ at }) => gates[at]!.map(() => [none, none] as [Moments, Moments]));
  for await (const { values } of readings(net, inputs, options, measure, 4)) {
    let start = 0;
    for (const block of moments) {
      const rows = inRows(values.subarray(start, (start += 10 * block.length)), 10);
      block.forEach((halves, c) => {
        const [open, shut] = inRows(
          rows.map((row) => row[c]!),
          2,
        ) as [number[], number[]];
        halves[0] = merged(halves[0], momentsOf(open));
        halves[1] = merged(halves[1], momentsOf(shut));
      });
    }
  }
  return mixing.map(({ block, stage, at }, i) => {
    return { block: block.name, stage, ...weigh(gates[at]!, moments[i]!) };
  });
}

/**
 * [10 * channels]: of the samples and positions whose gate is above the channel's mean, then of the
 * others, what {@link momentsOf} takes.
 */
function slopeMoments(
  proposal: tf.Tensor,
  missing: tf.Tensor,
  gate: tf.Tensor,
  average: tf.Tensor1D,
): tf.Tensor1D {
  const [u, v, g] = [proposal, missing, gate].map((x) => tf.reshape(x, [-1, average.size]));
  const open = tf.cast(tf.greater(g!, average), 'float32');
  const rows = [open, tf.sub(1, open)].flatMap((share) => {
    const count = tf.sum(share, 0);
    const means = [u!, v!].map((x) => tf.divNoNan(tf.sum(tf.mul(share, x), 0), count));
    const [du, dv] = [u!, v!].map((x, i) => tf.mul(share, tf.sub(x, means[i]!)));
    const products = [tf.square(du!), tf.mul(du!, dv!)].map((x) => tf.sum(x, 0));
    return [count, ...means, ...products];
  });
  return tf.reshape(tf.stack(rows), [-1]);
}

/** How two quantities u and v vary together: count, means, summed squares and products about them. */
interface Moments {
  count: number;
  u: number;
  v: number;
  uu: number;
  uv: number;
}

const none: Moments = { count: 0, u: 0, v: 0, uu: 0, uv: 0 };

function momentsOf([count, u, v, uu, uv]: number[]): Moments {
  return { count: count!, u: u!, v: v!, uu: uu!, uv: uv! };
}

/** The moments of two samples together (Chan, Golub and LeVeque 1983). */
function merged(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  if (count === 0) return none;
  const [du, dv, share] = [b.u - a.u, b.v - a.v, b.count / count];
  return {
    count,
    u: a.u + share * du,
    v: a.v + share * dv,
    uu: a.uu + b.uu + a.count * share * du * du,
    uv: a.uv + b.uv + a.count * share * du * dv,
  };
}

function weigh(gate: number[], halves: [Moments, Moments][]): Omit<WeightRow, keyof BlockRow> {
  const wholes = halves.map(([open, shut]) => merged(open, shut));
  const varies = (_: unknown, c: number) => wholes[c]!.uu > 0;
  const slope = (side: 0 | 1) => {
    const sum = (of: 'uu' | 'uv') => halves.reduce((total, half) => total + half[side][of], 0);
    return sum('uv') / sum('uu');
  };
  return {
    gate: gate.filter(varies),
    optimal: wholes.filter(varies).map(({ uu, uv }) => uv / uu),
    open: slope(0),
    shut: slope(1),
  };
}
