import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { places } from '../networks/places';
import { numbersIn, sameShape } from '../networks/route';
import { walk } from '../networks/walk';
import { total, type BlockRow } from './rows';
import { readings, summed, type ProbeOptions } from './samples';

/** How far the state after a block is from that at the end of its stage. */
export interface StageErrorRow extends BlockRow {
  /** Mean of the error over samples and units. */
  mean: number;
  /** Standard deviation of the error over samples and units. */
  deviation: number;
  /** Root mean square over units of each unit's mean error over samples: 0 for an unbiased estimate. */
  bias: number;
}

/**
 * The estimation error of each block in its stage (Greff, Srivastava and Schmidhuber 2017, equation 4
 * and Figure 3). With a^k the state after block k and A = a^K that after the stage's last block,
 *
 *     e_i^k = a_i^k - A_i,  equation 4: E_x[e_i^k] = 0 for each unit i.
 *
 * The mean over units, which the figure shows, may be near 0 while single units are biased: `bias`
 * tells. Deviation and bias of the last block are 0 by construction. Blocks whose state has another
 * shape than the stage's end have no row.
 *
 * @param inputs [samples, ...net.inputShape]
 */
export async function stageErrors(
  net: Network,
  inputs: tf.Tensor,
  options: ProbeOptions = {},
): Promise<StageErrorRow[]> {
  const pairs = stagePairs(net);
  const measure = (batch: tf.Tensor) => {
    const states = walk(net, batch, ({ after }) => after);
    const sums = ({ at, end }: StagePair) => {
      const error = tf.sub(states[at]!, states[end]!);
      return [tf.reshape(tf.sum(error, 0), [-1]), total(tf.square(error))];
    };
    return tf.concat(pairs.flatMap((pair) => tf.tidy(() => sums(pair))));
  };
  const sums = await summed(readings(net, inputs, options, measure));
  let start = 0;
  return pairs.map(({ row, units }) => {
    const each = sums.subarray(start, start + units);
    const squared = sums[start + units]!;
    start += units + 1;
    const size = inputs.shape[0];
    const mean = each.reduce((sum, e) => sum + e, 0) / units / size;
    const bias = Math.sqrt(each.reduce((sum, e) => sum + (e / size) ** 2, 0) / units);
    const variance = squared / units / size - mean * mean;
    return { ...row, mean, deviation: Math.sqrt(Math.max(0, variance)), bias };
  });
}

/** A block and the end of its stage, as indices of the network's blocks. */
export interface StagePair {
  row: BlockRow;
  at: number;
  end: number;
  /** Numbers in the state of one sample. */
  units: number;
}

/** The blocks whose state can be compared with that at the end of their stage: those of its shape. */
export function stagePairs(net: Network): StagePair[] {
  const all = places(net);
  return all.flatMap(({ block, stage, at, end, output }) => {
    if (!sameShape(output, all[end]!.output)) return [];
    return [{ row: { block: block.name, stage }, at, end, units: numbersIn(output) }];
  });
}
