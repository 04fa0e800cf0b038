import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { keepsShape } from '../networks/places';
import type { Goal } from '../networks/walk';
import { cosines, inRows, rowsOf, tangential, total, type BlockRow } from './rows';
import { means, type ProbeOptions } from './samples';

/** Cosines with the gradient, means over samples; NaN over none. */
export interface UpdateCosines {
  /** The cosine of F(h) and dL/dh; negative when updates lower the loss. */
  cosine: number;
  /** The cosine of dL/dh and the part of F(h) at right angles to h. */
  tangential: number;
}

/** How a block's update lies to the gradient of the loss. */
export interface CosineRow extends BlockRow, UpdateCosines {
  /** Over the samples that the network classifies as labelled. */
  right: UpdateCosines;
  /** Over the others. */
  wrong: UpdateCosines;
}

/** How {@link updateCosines} measures. */
export interface CosineOptions extends ProbeOptions {
  /**
   * The class whose loss L is: the sample's `label`, or the network's `prediction`, which updates
   * favour also where it is wrong. Default `label`.
   */
  goal?: Goal;
}

/**
 * The cosine of each block's update F(h) = b(h) - h with the gradient of the loss by the state h that it
 * gets,
 *
 *     F(h) . dL/dh / (|F(h)|_2 |dL/dh|_2),
 *
 * mean over samples, 0 where one of the two is 0 (Jastrzebski et al. 2018, Figure 4). Negative: to first
 * order the update lowers the loss. Beside it the same of the part of the update at right angles to the
 * state, F - (F . h / h . h) h, which the growth of the state along a stage has no share in; 0 where F is
 * parallel to h, and that of F where h is 0. Blocks that change the shape of the state have no row.
 *
 * @param inputs [samples, ...net.inputShape]
 * @param labels int32, [samples]
 * @throws RangeError when inputs and labels differ in number.
 */
export async function updateCosines(
  net: Network,
  inputs: tf.Tensor,
  labels: tf.Tensor1D,
  options: CosineOptions = {},
): Promise<CosineRow[]> {
  const all = await means(
    net,
    inputs,
    ({ place, before, after, back }) => {
      if (!keepsShape(place)) return [];
      const update = tf.sub(after, before);
      const both = [update, tangential(update, before)].map((f) => cosines(f, back!.before));
      const { right } = back!;
      return [right, tf.sub(1, right)].flatMap((share) => [
        total(share),
        ...both.map((cosine) => total(tf.mul(cosine, share))),
      ]);
    },
    { ...options, labels },
  );
  const rows = rowsOf(net, keepsShape);
  const sums = inRows(all, rows.length);
  return rows.map((row, i) => {
    const [right, wrong] = inRows(sums[i]!, 2) as [number[], number[]];
    const both = right.map((sum, k) => sum + wrong[k]!);
    return { ...row, ...shared(both), right: shared(right), wrong: shared(wrong) };
  });
}

/** The means over a share of the samples, from that share and the sums over it. */
function shared([share, cosine, tangential]: number[]): UpdateCosines {
  return { cosine: cosine! / share!, tangential: tangential! / share! };
}
