import type * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { norms, total } from './rows';
import { means, type ProbeOptions } from './samples';

/** How much each block changes the state. */
export interface Changes {
  /** |y_l - y_(l-1)|_2 by block, mean over samples; |y_l|_2 where a block changes the shape. */
  change: number[];
  /** The same, as a share of the sum over blocks; 0 where no block changes anything. */
  share: number[];
}

/**
 * How much each block changes the state it is given: |y_l - y_(l-1)|_2, mean over samples. In
 * Srivastava, Greff and Schmidhuber 2015, Figure 2, most of it happens in the first layers.
 *
 * @param inputs [samples, ...net.inputShape]
 * @throws RangeError when there are no samples, or no blocks.
 */
export async function stateChanges(
  net: Network,
  inputs: tf.Tensor,
  options: ProbeOptions = {},
): Promise<Changes> {
  const change = [
    ...(await means(net, inputs, ({ parts }) => [total(norms(parts.update))], options)),
  ];
  const sum = change.reduce((a, b) => a + b);
  return { change, share: change.map((part) => part / (sum || 1)) };
}
