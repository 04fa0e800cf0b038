import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { keepsShape } from '../networks/places';
import { cosines, inRows, rowsOf, total, type BlockRow } from './rows';
import { means, type ProbeOptions } from './samples';

/** How the two parts of a gated block's update lie to the gradient of the loss. */
export interface PartCosineRow extends BlockRow {
  /** The cosine of H T and dL/dh, mean over samples. */
  written: number;
  /** The cosine of h (C - 1) and dL/dh, mean over samples; 0 without a carry gate. */
  erased: number;
}

/**
 * The update of a gated block is what it writes and what it erases,
 *
 *     F(h) = H(h) T(h) + h (C(h) - 1).
 *
 * The cosine of each with the gradient of the loss by the state h, as in {@link updateCosines} for
 * their sum. Blocks that change the shape of the state have no row.
 *
 * @param inputs [samples, ...net.inputShape]
 * @param labels int32, [samples]
 * @throws RangeError when inputs and labels differ in number.
 */
export async function updatePartCosines(
  net: Network,
  inputs: tf.Tensor,
  labels: tf.Tensor1D,
  options: ProbeOptions = {},
): Promise<PartCosineRow[]> {
  const all = await means(
    net,
    inputs,
    ({ place, before, parts, gradients }) => {
      if (!keepsShape(place)) return [];
      const { candidate, transform, carry } = parts;
      const updates = [tf.mul(candidate, transform), tf.mul(before, tf.sub(carry, 1))];
      return updates.map((update) => total(cosines(update, gradients!.before)));
    },
    { ...options, labels },
  );
  const rows = rowsOf(net, keepsShape);
  const parts = inRows(all, rows.length);
  return rows.map((row, i) => ({ ...row, written: parts[i]![0]!, erased: parts[i]![1]! }));
}
