import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { bypass, isRemovable, keepsShape } from '../networks/places';
import { cosines, norms, rowsOf, total, type BlockRow } from './rows';
import { means, type ProbeOptions } from './samples';

/** How large a block's update is. */
export interface UpdateRow extends BlockRow {
  /** |F(h)|_2 / |h|_2, mean over samples; 0 where h is 0. */
  ratio: number;
}

/**
 * The size of each block's update beside that of its state, |F(h)|_2 / |h|_2, mean over samples
 * (Jastrzebski et al. 2018, Figure 2). F(h) = b(h) - s(h) with b the block and s its lesion: the
 * identity, or the shortcut where the block changes the shape. Blocks that change the shape and have no
 * shortcut have no row.
 *
 * @param inputs [samples, ...net.inputShape]
 */
export async function updateRatios(
  net: Network,
  inputs: tf.Tensor,
  options: ProbeOptions = {},
): Promise<UpdateRow[]> {
  const ratios = await means(
    net,
    inputs,
    ({ place, before, after }) => {
      if (!isRemovable(place)) return [];
      const update = tf.sub(after, bypass(place)(before));
      return [total(tf.divNoNan(norms(update), norms(before)))];
    },
    options,
  );
  return rowsOf(net, isRemovable).map((row, i) => ({ ...row, ratio: ratios[i]! }));
}

/** How a block's update lies to the gradient of the loss. */
export interface CosineRow extends BlockRow {
  /** The cosine of F(h) and dL/dh, mean over samples; negative when updates lower the loss. */
  cosine: number;
}

/**
 * The cosine of each block's update F(h) = b(h) - h with the gradient of the loss by the state h that it
 * gets,
 *
 *     F(h) . dL/dh / (|F(h)|_2 |dL/dh|_2),
 *
 * mean over samples, 0 where one of the two is 0 (Jastrzebski et al. 2018, Figure 4). Negative: to first
 * order the update lowers the loss. Blocks that change the shape of the state have no row.
 *
 * @param inputs [samples, ...net.inputShape]
 * @param labels int32, [samples]
 * @throws RangeError when inputs and labels differ in number.
 */
export async function updateCosines(
  net: Network,
  inputs: tf.Tensor,
  labels: tf.Tensor1D,
  options: ProbeOptions = {},
): Promise<CosineRow[]> {
  const all = await means(
    net,
    inputs,
    ({ place, before, after, gradients }) =>
      keepsShape(place) ? [total(cosines(tf.sub(after, before), gradients!.before))] : [],
    { ...options, labels },
  );
  return rowsOf(net, keepsShape).map((row, i) => ({ ...row, cosine: all[i]! }));
}
