import * as tf from '@tensorflow/tfjs';
import { keepsShape, places } from '../interventions/places';
import type { Network } from '../networks';
import { backward, batched, checkLabels, cosines, labelsOf, type BlockRow } from './states';
import { inRows, summed, type ProbeOptions } from './visit';

/** How the two parts of a gated block's update lie to the gradient of the loss. */
export interface GatedCosineRow extends BlockRow {
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
 * @param images [samples, ...net.inputShape]
 * @param labels int32, [samples]
 * @throws RangeError when images and labels differ in number.
 */
export async function gatedCosines(
  net: Network,
  images: tf.Tensor,
  labels: tf.Tensor1D,
  options: ProbeOptions = {},
): Promise<GatedCosineRow[]> {
  checkLabels(images, labels);
  const kept = places(net)
    .flat()
    .flatMap((place, i) => (keepsShape(place) ? [{ ...place, i }] : []));
  const sums = await summed(images, batched(net, images, options), (batch, start) => {
    const { states, gradients } = backward(net, batch, labelsOf(batch, labels, start));
    const parts = kept.flatMap(({ block, i }) => {
      const { candidate, transform, carry } = block.parts(states[i]!);
      const written = tf.mul(candidate, transform);
      const erased = tf.mul(states[i]!, tf.sub(carry, 1));
      return [written, erased].map((part) => tf.sum(cosines(part, gradients[i]!)));
    });
    return tf.stack(parts);
  });
  return inRows(sums, kept.length).map(([written, erased], row) => {
    const { block, stage } = kept[row]!;
    const size = images.shape[0];
    return { block: block.name, stage, written: written! / size, erased: erased! / size };
  });
}
