import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { sameShape } from '../networks/route';
import { ridge } from './ridge';
import { inRows, inRowsOf, type BlockRow } from './rows';
import { readings, summed, type ProbeOptions } from './samples';
import { stageStates, statesOf, type StageState } from './states';

/** How far a state tells what another net's stage ends with. */
export interface TwinRow extends BlockRow {
  /** Share of the variance of the twin's end state that the map leaves, on inputs it was not fitted to. */
  left: number;
}

/** What {@link twinErrors} takes. */
export interface TwinOptions extends ProbeOptions {
  /** What the maps are fitted to, [samples, ...net.inputShape]. */
  fitOn: tf.Tensor;
  /** lambda, beside the mean variance of a channel. Default 0.001. */
  penalty?: number;
}

/**
 * How well the state after each block tells what a twin's stage ends with: a net trained from another
 * seed, whose end is no sum of this net's updates, as its own is. With a^k a state and B the end of the
 * same stage in the twin, channels as variables, samples and positions as cases, W is the ridge map
 *
 *     W = (C_aa + lambda v I)^-1 C_aB,  v the mean variance of a channel of a^k,
 *
 * on `fitOn`, and a row has sum |B - B_mean - W' (a - a_mean)|^2 / sum |B - B_mean|^2 over `inputs`, with the
 * means of `fitOn`: 0 where a^k says all, about 1 where it says nothing. NaN where B does not vary. From
 * the state that a stage begins with on; those of another shape than the stage's end have no row.
 *
 * @param inputs [samples, ...net.inputShape], others than `fitOn`
 * @throws RangeError when the twin's stages end in other heights and widths, or `penalty` is not above 0.
 */
export async function twinErrors(
  net: Network,
  twin: Network,
  inputs: tf.Tensor,
  { fitOn, penalty = 1e-3, ...options }: TwinOptions,
): Promise<TwinRow[]> {
  if (!(penalty > 0)) throw new RangeError(`The penalty is above 0, not ${penalty}.`);
  const pairs = pairsOf(net, twin);
  const measured = async (
    samples: tf.Tensor,
    of: (a: tf.Tensor2D, B: tf.Tensor2D, pair: number) => tf.Tensor,
    size: (pair: Pair) => number,
  ) => {
    const measure = (batch: tf.Tensor) => {
      const [own, others] = [statesOf(net, batch), statesOf(twin, batch)];
      const each = ({ at, twinEnd }: Pair, i: number) =>
        tf.reshape(of(cases(own[at]!), cases(others[twinEnd]!), i), [-1]);
      return tf.concat(pairs.map((pair, i) => tf.tidy(() => each(pair, i))));
    };
    return inRowsOf(await summed(readings(net, samples, options, measure, 4)), pairs.map(size));
  };
  const count = ({ shape }: Pair, samples: tf.Tensor) => {
    const positions = shape.slice(1, -1).reduce<number>((product, side) => product * side!, 1);
    return samples.shape[0] * positions;
  };
  const width = ({ channels, twinChannels }: Pair) => channels + twinChannels;
  const sums = await measured(fitOn, (a, B) => tf.sum(tf.concat([a, B], 1), 0), width);
  const means = pairs.map((pair, i) => sums[i]!.map((sum) => sum / count(pair, fitOn)));
  const centred = (a: tf.Tensor2D, B: tf.Tensor2D, i: number) => {
    const both = tf.sub<tf.Tensor2D>(tf.concat([a, B], 1), tf.tensor1d(means[i]!));
    return tf.split(both, [a.shape[1], B.shape[1]], 1) as [tf.Tensor2D, tf.Tensor2D];
  };
  const multiply = (a: tf.Tensor2D, B: tf.Tensor2D, i: number) => {
    const [da, dB] = centred(a, B, i);
    return tf.matMul(da, tf.concat([da, dB], 1), true);
  };
  const products = await measured(fitOn, multiply, (pair) => pair.channels * width(pair));
  const maps = pairs.map((pair, i) => {
    const { channels } = pair;
    const covariances = products[i]!.map((sum) => sum / count(pair, fitOn));
    const rows = inRows(covariances, channels);
    const aa = rows.map((row) => row.slice(0, channels));
    const aB = rows.map((row) => row.slice(channels));
    const variance = aa.reduce((sum, row, c) => sum + row[c]! / channels, 0);
    return ridge(aa, aB, penalty * variance || penalty);
  });
  const miss = (a: tf.Tensor2D, B: tf.Tensor2D, i: number) => {
    const [da, dB] = centred(a, B, i);
    const missed = tf.sub(dB, tf.matMul(da, tf.tensor2d(maps[i]!)));
    return tf.stack([missed, dB].map((error) => tf.sum(tf.square(error))));
  };
  const errors = await measured(inputs, miss, () => 2);
  return pairs.map(({ row }, i) => ({ ...row, left: errors[i]![0]! / errors[i]![1]! }));
}

/** A state and the twin's state that it is mapped to. */
interface Pair extends StageState {
  channels: number;
  twinEnd: number;
  twinChannels: number;
}

function pairsOf(net: Network, twin: Network): Pair[] {
  const ends = new Map(stageStates(twin).map(({ row, end, shape }) => [row.stage, { end, shape }]));
  return stageStates(net).map((state) => {
    const { row, shape } = state;
    const other = ends.get(row.stage);
    if (!other || !sameShape(other.shape.slice(0, -1), shape.slice(0, -1))) {
      const told = other ? `in [${other.shape.slice(1).join(', ')}]` : 'nowhere';
      throw new RangeError(
        `Stage ${row.stage} ends in [${shape.slice(1).join(', ')}], that of the twin ${told}.`,
      );
    }
    const [channels, twinChannels] = [shape.at(-1)!, other.shape.at(-1)!];
    return { ...state, channels, twinEnd: other.end, twinChannels };
  });
}

/** A state as a row a sample and position, [cases, channels]. */
function cases(state: tf.Tensor): tf.Tensor2D {
  return tf.reshape(state, [-1, state.shape.at(-1)!]);
}
