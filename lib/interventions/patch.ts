import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { alter } from './altered';
import { bypass } from './bypass';
import { findPlace, type BlockReference } from './places';

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
 * as long as the network is used.
 *
 * @param donor [batch, ...inputShape], of as many inputs as the network is then run on, or of one
 * @throws RangeError when the block is unknown.
 * @throws Error when the block stands in several places, or changes the shape and has no shortcut.
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
    const state = before.reduce((h, b) => b.apply(h) as tf.Tensor, network.embed(donor));
    if (part === 'update') return tf.add(lesioned(x), tf.sub(run(state), lesioned(state)));
    return tf.add(run(state), tf.zerosLike(lesioned(x)));
  });
}
