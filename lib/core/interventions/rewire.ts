import type { Network } from '../networks';
import { withStages } from '../networks/network';
import { findBlock, inventory, type BlockReference } from '../networks/places';

/** For each stage the blocks that run in it, first to last. A block may stand there any number of times. */
export type Order = readonly (readonly BlockReference[])[];

/**
 * A network of the same stem, head and weights whose stages run the given blocks: `rewire(net,
 * [['b', 'a']])` runs block `b` and then `a`. Training one of the two changes the other.
 *
 * @throws RangeError when the order has not as many stages as the network, or an unknown block; the
 *   message lists what there is.
 * @throws Error when a block or the head does not fit the state it would get.
 */
export function rewire(network: Network, order: Order): Network {
  const { length } = network.stages;
  if (order.length !== length) {
    throw new RangeError(
      `An order has a list of blocks for each stage: this one has ${order.length}, ` +
        `the network has ${length}. ${inventory(network)}`,
    );
  }
  return withStages(
    network,
    order.map((stage) => stage.map((reference) => findBlock(network, reference))),
  );
}
