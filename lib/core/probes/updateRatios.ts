import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { bypass, isRemovable } from '../networks/places';
import { inRows, norms, rowsOf, tangential, total, type BlockRow } from './rows';
import { means, type ProbeOptions } from './samples';

/** How large a block's update is. */
export interface UpdateRow extends BlockRow {
  /** |F(h)|_2 / |h|_2, mean over samples; 0 where h is 0. */
  ratio: number;
  /** The same of the part of F(h) at right angles to s(h). */
  tangential: number;
}

/**
 * The size of each block's update beside that of its state, |F(h)|_2 / |h|_2, mean over samples
 * (Jastrzebski et al. 2018, Figure 2). F(h) = b(h) - s(h) with b the block and s its lesion: the
 * identity, or the shortcut where the block changes the shape. Beside the whole update stands its part
 * at right angles to the state that is carried, F - (F . s / s . s) s with s = s(h): what is left
 * of it when states merely grow or shrink. Blocks that change the shape and have no shortcut have no row.
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
      const carried = bypass(place)(before);
      const update = tf.sub(after, carried);
      return [update, tangential(update, carried)].map((part) =>
        total(tf.divNoNan(norms(part), norms(before))),
      );
    },
    options,
  );
  const rows = rowsOf(net, isRemovable);
  const pairs = inRows(ratios, rows.length);
  return rows.map((row, i) => ({ ...row, ratio: pairs[i]![0]!, tangential: pairs[i]![1]! }));
}
