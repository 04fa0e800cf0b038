import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { keepsShape } from '../networks/places';
import { cosines, inRows, rowsOf, tangential, total, type BlockRow } from './rows';
import { means, type ProbeOptions } from './samples';

/** How the two parts of a gated block's update lie to the gradient of the loss. */
export interface PartCosineRow extends BlockRow {
  /** The cosine of H T and dL/dh, mean over samples. */
  written: number;
  /** The cosine of h (C - 1) and dL/dh, mean over samples; 0 without a carry gate. */
  erased: number;
  /** As `written`, of the part of H T at right angles to h. */
  writtenTangential: number;
  /** As `erased`, of the part of h (C - 1) at right angles to h; 0 where C is one number. */
  erasedTangential: number;
}

/**
 * The update of a gated block is what it writes and what it erases,
 *
 *     F(h) = H(h) T(h) + h (C(h) - 1).
 *
 * The cosine of each with the gradient of the loss by the state h, as in {@link updateCosines} for
 * their sum, and of each one's part at right angles to h. Blocks that change the shape of the state have no row.
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
    ({ place, before, parts, back }) => {
      if (!keepsShape(place)) return [];
      const { candidate, transform, carry } = parts;
      const updates = [tf.mul(candidate, transform), tf.mul(before, tf.sub(carry, 1))];
      const tangents = updates.map((update) => tangential(update, before));
      return [...updates, ...tangents].map((part) => total(cosines(part, back!.before)));
    },
    { ...options, labels },
  );
  const rows = rowsOf(net, keepsShape);
  const parts = inRows(all, rows.length);
  return rows.map((row, i) => {
    const [written, erased, writtenTangential, erasedTangential] = parts[i]! as [
      number,
      number,
      number,
      number,
    ];
    return { ...row, written, erased, writtenTangential, erasedTangential };
  });
}
