import type { Stream } from '../engine';
import type { Network } from '../networks';
import { withStages } from '../networks/network';
import { fits, inventory, keepsShape, places, type Place } from '../networks/places';

/** Where a swap may take a block: to a place of its own stage, or to any whose state it fits. */
export type Reach = 'within' | 'across';

/**
 * The network after `swaps` swaps of two blocks each (Veit, Wilber and Belongie 2016, section 4.3).
 * Each pair is drawn from `stream`, evenly from the pairs of blocks that keep the shape of their
 * state and stand in one stage; with `across`, in any stages whose states both fit. Draws are
 * independent, so that a later swap may undo an earlier one.
 *
 * @throws RangeError when `swaps` is not a count, or there is no pair to swap.
 */
export function shuffle(
  network: Network,
  swaps: number,
  stream: Stream,
  reach: Reach = 'within',
): Network {
  if (!Number.isInteger(swaps) || swaps < 0) {
    throw new RangeError(`A network is shuffled by a whole number of swaps, not ${swaps}.`);
  }
  const flat = places(network);
  const pairs = exchangeable(flat, reach);
  if (pairs.length === 0 && swaps > 0) {
    const where = reach === 'within' ? 'in one stage' : 'of any stages';
    throw new RangeError(`There are no two blocks ${where} to swap. ${inventory(network)}`);
  }
  const blocks = flat.map(({ block }) => block);
  for (let swap = 0; swap < swaps; swap++) {
    const [i, j] = pairs[stream.integer(pairs.length)]!;
    [blocks[i], blocks[j]] = [blocks[j]!, blocks[i]!];
  }
  return withStages(
    network,
    network.stages.map((_, stage) => blocks.filter((_, i) => flat[i]!.stage === stage)),
  );
}

/**
 * Kendall's rank correlation between the order of the blocks in one network and in another over the
 * same blocks: tau = 1 - 4 d / (n (n - 1)) with d the number of pairs in opposite order (Kendall
 * 1938). 1 is the same order, -1 the reverse, 0 on average a random one.
 *
 * @throws RangeError when the two don't have the same blocks, each once.
 */
export function orderTau(network: Network, shuffled: Network): number {
  const place = new Map(network.blocks.map((block, i) => [block, i]));
  const order = shuffled.blocks.map((block) => place.get(block) ?? NaN);
  const n = network.blocks.length;
  if (order.length !== n || place.size !== n || new Set(order).size !== n || order.some(isNaN)) {
    throw new RangeError(
      `Orders are compared over the same blocks, each once. ${inventory(network)} ` +
        `The other one: ${inventory(shuffled)}`,
    );
  }
  if (n < 2) return 1;
  let discordant = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) if (order[i]! > order[j]!) discordant++;
  }
  return 1 - (4 * discordant) / (n * (n - 1));
}

function exchangeable(flat: Place[], reach: Reach): [number, number][] {
  const pairs: [number, number][] = [];
  flat.forEach((a, i) => {
    if (!keepsShape(a)) return;
    for (let j = i + 1; j < flat.length; j++) {
      const b = flat[j]!;
      if (!keepsShape(b)) continue;
      if (a.stage === b.stage || (reach === 'across' && fits(a.block, b) && fits(b.block, a))) {
        pairs.push([i, j]);
      }
    }
  });
  return pairs;
}
