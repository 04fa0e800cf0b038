import type { Network } from '../networks';
import { withStages } from '../networks/network';
import { findBlock, findPlace, inventory, type BlockReference } from '../networks/places';
import { Altered } from './altered';
import { scaling } from './scale';

/**
 * The network with only the first blocks of each stage, an early exit: the head reads the state
 * after them.
 *
 * @param lengths how many blocks of each stage stay
 * @throws RangeError when there is not one length a stage, or a stage is not that long.
 * @throws Error when a block that changes the shape would be cut.
 */
export function truncate(network: Network, lengths: readonly number[]): Network {
  const { stages } = network;
  const longest = stages.map((stage) => stage.length);
  const valid =
    lengths.length === stages.length &&
    lengths.every((n, i) => Number.isInteger(n) && n >= 0 && n <= longest[i]!);
  if (!valid) {
    throw new RangeError(
      `A stage keeps from 0 to all of its blocks: with stages of [${longest.join(', ')}] ` +
        `there is no [${lengths.join(', ')}]. ${inventory(network)}`,
    );
  }
  return withStages(
    network,
    stages.map((stage, i) => stage.slice(0, lengths[i])),
  );
}

/** What the runs of a block after its first are. */
export interface RepeatOptions {
  /** Factor on their updates, as in {@link scale}. Default 1. */
  factor?: number;
  /** The block that they are of: another one is the control. Default the same. */
  by?: BlockReference;
}

/**
 * The network with one block run `times` in a row wherever it stands: extra unrollings of the same
 * step, as Jastrzebski et al. 2018 run the last block 20 more times, with the factor those at a fixed
 * scale; 1 is the network as it is.
 *
 * @throws RangeError when a block is unknown, `times` is not a positive integer, or the factor not finite.
 * @throws Error when a block that runs more than once, or in another's place, changes the shape of its state.
 */
export function repeat(
  network: Network,
  block: BlockReference,
  times: number,
  { factor = 1, by = block }: RepeatOptions = {},
): Network {
  if (!Number.isInteger(times) || times < 1) {
    throw new RangeError(`A block is run a whole number of times, at least once, not ${times}.`);
  }
  const repeated = findBlock(network, block);
  const source = findPlace(network, by);
  const extra = factor === 1 ? source.block : new Altered(source.block, scaling(source, factor));
  return withStages(
    network,
    network.stages.map((stage) =>
      stage.flatMap((b) => (b === repeated ? [b, ...Array<typeof b>(times - 1).fill(extra)] : [b])),
    ),
  );
}
