import type { Stream } from '../engine';
import type { Network } from '../networks';
import { withStages } from '../networks/network';
import {
  findBlock,
  inventory,
  isRemovable,
  keepsShape,
  places,
  type BlockReference,
  type Place,
} from '../networks/places';
import { shortcutOf } from './bypass';

/**
 * The network without some of its blocks, as the papers remove them: the state is copied past the
 * block, y = x, which is T = 0 in a coupled highway layer (Srivastava, Greff and Schmidhuber 2015,
 * Figure 4) and F = 0 in a residual block (Veit, Wilber and Belongie 2016, section 4.1). A plain
 * layer is taken out. Of a block that changes the shape of its state the shortcut stays.
 *
 * @throws RangeError when a block is unknown; the message lists the blocks.
 * @throws Error when a block changes the shape and has no shortcut.
 */
export function lesion(network: Network, ...blocks: BlockReference[]): Network {
  const removed = new Set(blocks.map((reference) => findBlock(network, reference)));
  const all = places(network);
  return withStages(
    network,
    network.stages.map((_, stage) =>
      all.flatMap((place) => {
        if (place.stage !== stage) return [];
        if (!removed.has(place.block)) return [place.block];
        return keepsShape(place) ? [] : [shortcutOf(place.block)];
      }),
    ),
  );
}

/**
 * The network without `count` of its blocks, drawn from `stream` (Veit, Wilber and Belongie 2016,
 * section 4.2); each as {@link lesion} removes it.
 *
 * @throws RangeError when the network has fewer blocks that can be removed.
 */
export function drop(network: Network, count: number, stream: Stream): Network {
  const candidates = removable(network);
  if (!Number.isInteger(count) || count < 0 || count > candidates.length) {
    throw new RangeError(
      `From 0 to ${candidates.length} blocks can be removed, not ${count}. ${inventory(network)}`,
    );
  }
  const drawn = stream.permutation(candidates.length).subarray(0, count);
  return lesion(network, ...Array.from(drawn, (i) => candidates[i]!.block.name));
}

/** The blocks that a lesion can remove, each once: those that change the shape need a shortcut. */
export function removable(network: Network): Place[] {
  const first = new Map(
    places(network)
      .reverse()
      .map((place) => [place.block, place]),
  );
  return [...first.values()].filter(isRemovable).reverse();
}
