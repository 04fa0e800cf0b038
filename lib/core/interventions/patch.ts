import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { alter } from './altered';
import { through } from '../networks/network';
import { bypass, findPlace, type BlockReference } from '../networks/places';

/** What a patch takes over from the other run: the block's update, or the whole state after it. */
export type PatchedPart = 'update' | 'output';

/**
 * The network in which one block gives what it gives for another input: the donor. With s the
 * block's lesion (the identity, or the shortcut where the block changes the shape) and x' the state
 * that comes in when the network runs on `donor`,
 *
 *     update   y = s(x) + b(x') - s(x')
 *     output   y = b(x')
 *
 * The network runs on the donor each time, so that a patch follows the weights. `donor` is to be kept
 * as long as the network is used. It goes with the inputs row by row, so the network is run on all of
 * them at once: by `logits`, not by what cuts a split into batches, such as `sweep`.
 *
 * @param donor [batch, ...inputShape], of as many inputs as the network is then run on, or of one
 * @throws RangeError when the block is unknown.
 * @throws Error when the block stands in several places, or changes the shape and has no shortcut;
 *   and, from the network, when the donor has been disposed or is not of as many inputs.
 */
export function patch(
  network: Network,
  block: BlockReference,
  donor: tf.Tensor,
  part: PatchedPart = 'update',
): Network {
  const place = findPlace(network, block);
  const at = network.blocks.indexOf(place.block);
  if (network.blocks.lastIndexOf(place.block) !== at) {
    throw new Error(`"${place.block.name}" stands in several places; a patch needs one.`);
  }
  const before = network.blocks.slice(0, at);
  const lesioned = bypass(place);
  return alter(network, place.block, (x, run) => {
    checkDonor(donor, x.shape[0], place.block.name);
    const state = through(before, network.embed(donor));
    if (part === 'update') return tf.add(lesioned(x), tf.sub(run(state), lesioned(state)));
    return tf.add(run(state), tf.zerosLike(lesioned(x)));
  });
}

function checkDonor(donor: tf.Tensor, inputs: number, block: string): void {
  if (donor.isDisposed) {
    throw new Error(
      `The donor of the patch at "${block}" has been disposed: keep it while the network is used.`,
    );
  }
  const given = donor.shape[0];
  if (given === 1 || given === inputs) return;
  throw new RangeError(
    `The donor of the patch at "${block}" has ${given} inputs, and the network runs on ${inputs}. ` +
      `It needs as many, or one. Run the network on all at once, by logits(): sweep() and evaluate() ` +
      `take a split in parts.`,
  );
}
