import type * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { keepsShape } from '../networks/places';
import { inRows, norms, tangential, total } from './rows';
import { means, type ProbeOptions } from './samples';

/** How much each block changes the state. */
export interface Changes {
  /** |y_l - y_(l-1)|_2 by block, mean over samples; |y_l|_2 where a block changes the shape. */
  change: number[];
  /** The same, as a share of the sum over blocks; 0 where no block changes anything. */
  share: number[];
  /** The part of y_l - y_(l-1) at right angles to y_(l-1), as `change`; the whole where a block changes the shape. */
  tangential: number[];
}

/**
 * How much each block changes the state it is given: |y_l - y_(l-1)|_2, mean over samples. In
 * Srivastava, Greff and Schmidhuber 2015, Figure 2, most of it happens in the first layers. Beside it the length of the part at right angles to
 * the state, u - (u . y / y . y) y with u the change of y, which leaves out that states grow or shrink.
 *
 * @param inputs [samples, ...net.inputShape]
 * @throws RangeError when there are no samples, or no blocks.
 */
export async function stateChanges(
  net: Network,
  inputs: tf.Tensor,
  options: ProbeOptions = {},
): Promise<Changes> {
  const lengths = await means(
    net,
    inputs,
    ({ place, before, parts: { update } }) => {
      const turned = keepsShape(place) ? tangential(update, before) : update;
      return [update, turned].map((part) => total(norms(part)));
    },
    options,
  );
  const pairs = inRows(lengths, net.blocks.length);
  const change = pairs.map(([length]) => length!);
  const sum = change.reduce((a, b) => a + b);
  return {
    change,
    share: change.map((part) => part / (sum || 1)),
    tangential: pairs.map(([, turned]) => turned!),
  };
}
