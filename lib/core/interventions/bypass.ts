import type * as tf from '@tensorflow/tfjs';
import type { Block } from '../layers';
import { Altered } from './altered';
import { keepsShape, type Place } from './places';

/** A block that changes the shape of its state and has a shortcut that does so too. */
interface Projecting {
  /** What the block makes of x when its branch gives nothing. */
  shortcut(x: tf.Tensor): tf.Tensor;
}

const shortcuts = new WeakMap<Block, Block>();

/** Whether a lesion can remove the block at `place`. */
export function isRemovable(place: Place): boolean {
  return keepsShape(place) || projects(original(place.block));
}

/**
 * A block that does what is left of `block` when its branch is removed; the same one each time.
 *
 * @throws Error when `block` has no shortcut.
 */
export function shortcutOf(block: Block): Block {
  const source = original(block);
  if (!projects(source)) {
    throw new Error(
      `"${block.name}" changes the shape of its state and has no shortcut, so it can't be removed.`,
    );
  }
  const shortcut = shortcuts.get(source) ?? new Altered(source, (x) => source.shortcut(x));
  shortcuts.set(source, shortcut);
  return shortcut;
}

/** What a lesion of the block at `place` makes of x: x itself, or the shortcut's output. */
export function bypass(place: Place): (x: tf.Tensor) => tf.Tensor {
  if (keepsShape(place)) return (x) => x;
  const shortcut = shortcutOf(place.block);
  return (x) => shortcut.apply(x) as tf.Tensor;
}

function original(block: Block): Block {
  return block instanceof Altered ? original(block.block) : block;
}

function projects(block: Block): block is Block & Projecting {
  return typeof (block as Partial<Projecting>).shortcut === 'function';
}
