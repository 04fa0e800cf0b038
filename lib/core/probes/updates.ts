import * as tf from '@tensorflow/tfjs';
import { bypass, isRemovable } from '../interventions/bypass';
import { keepsShape, places, type Place } from '../interventions/places';
import type { Network } from '../networks';
import {
  backward,
  batched,
  checkLabels,
  cosines,
  labelsOf,
  norms,
  statesOf,
  type BlockRow,
} from './states';
import { summed, type ProbeOptions } from './visit';

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
 * @param images [samples, ...net.inputShape]
 */
export async function updateRatios(
  net: Network,
  images: tf.Tensor,
  options: ProbeOptions = {},
): Promise<UpdateRow[]> {
  const blocks = placed(net).filter(({ place }) => isRemovable(place));
  const sums = await summed(images, batched(net, images, options), (batch) => {
    const states = statesOf(net, batch);
    return tf.stack(
      blocks.map(({ place, i }) => {
        const update = tf.sub(states[i + 1]!, bypass(place)(states[i]!));
        return tf.sum(tf.divNoNan(norms(update), norms(states[i]!)));
      }),
    );
  });
  return blocks.map(({ row }, b) => ({ ...row, ratio: sums[b]! / images.shape[0] }));
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
 * @param images [samples, ...net.inputShape]
 * @param labels int32, [samples]
 * @throws RangeError when images and labels differ in number.
 */
export async function updateCosines(
  net: Network,
  images: tf.Tensor,
  labels: tf.Tensor1D,
  options: ProbeOptions = {},
): Promise<CosineRow[]> {
  checkLabels(images, labels);
  const blocks = placed(net).filter(({ place }) => keepsShape(place));
  const sums = await summed(images, batched(net, images, options), (batch, start) => {
    const { states, gradients } = backward(net, batch, labelsOf(batch, labels, start));
    return tf.stack(
      blocks.map(({ i }) => {
        const update = tf.sub(states[i + 1]!, states[i]!);
        return tf.sum(cosines(update, gradients[i]!));
      }),
    );
  });
  return blocks.map(({ row }, b) => ({ ...row, cosine: sums[b]! / images.shape[0] }));
}

interface Placed {
  place: Place;
  /** Its index in `net.blocks`. */
  i: number;
  row: BlockRow;
}

function placed(net: Network): Placed[] {
  return places(net)
    .flat()
    .map((place, i) => ({ place, i, row: { block: place.block.name, stage: place.stage } }));
}
