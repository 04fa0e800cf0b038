import type { Network } from '../networks';
import { withStages } from '../networks/network';
import { findBlock, inventory, type BlockReference } from '../networks/places';

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

/**
 * The network with one block run `times` in a row wherever it stands: extra unrollings of the same
 * step, as Jastrzebski et al. 2018 run the last block 20 more times; 1 is the network as it is.
 *
 * @throws RangeError when the block is unknown, or `times` is not a positive integer.
 * @throws Error when the block changes the shape of its state.
 */
export function repeat(network: Network, block: BlockReference, times: number): Network {
  if (!Number.isInteger(times) || times < 1) {
    throw new RangeError(`A block is run a whole number of times, at least once, not ${times}.`);
  }
  const repeated = findBlock(network, block);
  return withStages(
    network,
    network.stages.map((stage) =>
      stage.flatMap((b) => (b === repeated ? Array<typeof b>(times).fill(b) : [b])),
    ),
  );
}
