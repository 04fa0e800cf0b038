import type * as tf from '@tensorflow/tfjs';
import type { Block } from '../layers';
import type { Network } from './network';
import { outputShape, sameShape, type Stop } from './route';

/** A block of a network: its name, or its index in `network.blocks`, counted from 0. */
export type BlockReference = string | number;

/** A block where it stands in a network. */
export interface Place extends Omit<Stop, 'layer'> {
  block: Block;
  /** The stage, counted from 0. */
  stage: number;
  /** The index of the block in `network.blocks`. */
  at: number;
  /** The index of the last block of its stage. */
  end: number;
}

/**
 * The block that `reference` names.
 *
 * @throws RangeError when the network has no such block; the message lists its blocks.
 */
export function findBlock(network: Network, reference: BlockReference): Block {
  const { blocks } = network;
  const found =
    typeof reference === 'number'
      ? blocks[reference]
      : blocks.find((block) => block.name === reference);
  if (found) return found;
  const asked =
    typeof reference === 'number'
      ? `no block ${reference}, counted from 0`
      : `no block "${reference}"`;
  throw new RangeError(`The network has ${asked}. ${inventory(network)}`);
}

/** Where the block that `reference` names stands first. */
export function findPlace(network: Network, reference: BlockReference): Place {
  const block = findBlock(network, reference);
  return places(network).find((place) => place.block === block)!;
}

/** A sentence that says which blocks a network has. */
export function inventory({ stages, blocks }: Network): string {
  if (blocks.length === 0) return 'It has no blocks.';
  const names = stages.map((stage) => stage.map((block) => block.name).join(', ') || 'none');
  if (names.length === 1) return `Its ${blocks.length} blocks: ${names[0]}.`;
  return `Its ${blocks.length} blocks: ${names.map((list, i) => `stage ${i}: ${list}`).join('; ')}.`;
}

/** The blocks of a network, first to last. */
export function places({ stages, stem, route }: Network): Place[] {
  let next = 0;
  return stages.flatMap((blocks, stage) => {
    const end = next + blocks.length - 1;
    return blocks.map((block) => {
      const at = next++;
      const { input, output } = route[stem.length + at]!;
      return { block, stage, at, end, input, output };
    });
  });
}

/** Whether a block leaves the shape of its state as it is. */
export function keepsShape({ input, output }: Place): boolean {
  return sameShape(input, output);
}

/** Whether `block` can stand in for the block at `place`, shapes alone considered. */
export function fits(block: Block, { input, output }: Place): boolean {
  try {
    return sameShape(outputShape(block, input), output);
  } catch {
    return false;
  }
}

/** Whether a lesion can remove the block at `place`. */
export function isRemovable(place: Place): boolean {
  return keepsShape(place) || place.block.shortcut !== undefined;
}

/**
 * What a lesion of the block at `place` makes of x: x itself, or the shortcut's output.
 * @throws Error when the block changes the shape and has no shortcut.
 */
export function bypass(place: Place): (x: tf.Tensor) => tf.Tensor {
  const { block } = place;
  if (keepsShape(place)) return (x) => x;
  checkShortcut(block);
  return (x) => block.shortcut!(x);
}

/** @throws Error when the block has no shortcut. */
export function checkShortcut(block: Block): void {
  if (block.shortcut) return;
  throw new Error(
    `"${block.name}" changes the shape of its state and has no shortcut, so it can't be removed.`,
  );
}
