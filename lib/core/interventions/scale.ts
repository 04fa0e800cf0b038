import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { alter, type Alteration } from './altered';
import { bypass, findPlace, type BlockReference, type Place } from '../networks/places';

/**
 * The network with one block's update scaled, wherever the block stands:
 *
 *     y = s(x) + factor (b(x) - s(x))
 *
 * with b the block and s its lesion: the identity, or the shortcut where the block changes the shape.
 * In a residual block this is x + factor F(x); in a coupled highway layer the gate becomes
 * factor T(x). 0 is a lesion, 1 the block as it is. With extra unrollings: Jastrzebski et al. 2018,
 * who run the last block 20 more times at a smaller scale.
 *
 * @throws RangeError when the block is unknown, or the factor is not finite.
 * @throws Error when the block changes the shape and has no shortcut.
 */
export function scale(network: Network, block: BlockReference, factor: number): Network {
  const place = findPlace(network, block);
  return alter(network, place.block, scaling(place, factor));
}

/**
 * What {@link scale} makes of the block at `place`.
 * @throws RangeError when the factor is not finite.
 */
export function scaling(place: Place, factor: number): Alteration {
  if (!Number.isFinite(factor)) {
    throw new RangeError(`An update is scaled by a finite factor, not ${factor}.`);
  }
  const lesioned = bypass(place);
  return (x, run) => {
    const kept = lesioned(x);
    return tf.add(kept, tf.mul(tf.sub(run(x), kept), factor));
  };
}
