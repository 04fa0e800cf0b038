import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { batched, statesOf, type BlockRow } from './states';
import { summed, type ProbeOptions } from './visit';

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
 * @param images [samples, ...net.inputShape]
 */
export async function stageErrors(
  net: Network,
  images: tf.Tensor,
  options: ProbeOptions = {},
): Promise<StageErrorRow[]> {
  let pairs: StagePair[] = [];
  const sums = await summed(images, batched(net, images, options), (batch) => {
    const states = statesOf(net, batch);
    pairs = stagePairs(net, states);
    const errors = pairs.map(({ at, end }) => tf.sub(states[at]!, states[end]!));
    const parts = errors.map((e) => [tf.reshape(tf.sum(e, 0), [-1]), squares(e)]);
    return tf.concat(parts.flat());
  });
  let start = 0;
  return pairs.map(({ row, units }) => {
    const total = sums.subarray(start, start + units);
    const squared = sums[start + units]!;
    start += units + 1;
    const size = images.shape[0];
    const mean = total.reduce((sum, e) => sum + e, 0) / units / size;
    const bias = Math.sqrt(total.reduce((sum, e) => sum + (e / size) ** 2, 0) / units);
    const variance = squared / units / size - mean * mean;
    return { ...row, mean, deviation: Math.sqrt(Math.max(0, variance)), bias };
  });
}

/** A state and the end of its stage, as indices of the network's states. */
export interface StagePair {
  row: BlockRow;
  at: number;
  end: number;
  /** Numbers in the state of one sample. */
  units: number;
}

/** The states after blocks that can be compared with the end of their stage: those of its shape. */
export function stagePairs({ stages }: Network, states: readonly tf.Tensor[]): StagePair[] {
  let before = 0;
  return stages.flatMap((blocks, stage) => {
    const first = before + 1;
    before += blocks.length;
    const end = before;
    return blocks.flatMap(({ name }, i) => {
      const [at, { shape, size }] = [first + i, states[first + i]!];
      if (!tf.util.arraysEqual(shape, states[end]!.shape)) return [];
      return [{ row: { block: name, stage }, at, end, units: size / shape[0] }];
    });
  });
}

function squares(x: tf.Tensor): tf.Tensor1D {
  return tf.reshape(tf.sum(tf.square(x)), [1]);
}
