import type { Block } from '../layers';
import { checkShortcut } from '../networks/places';
import { Altered } from './altered';

const shortcuts = new WeakMap<Block, Block>();

/**
 * A block that does what is left of `block` when its branch is removed; the same one each time.
 *
 * @throws Error when `block` has no shortcut.
 */
export function shortcutOf(block: Block): Block {
  const source = original(block);
  checkShortcut(source);
  const shortcut = shortcuts.get(source) ?? new Altered(source, (x) => source.shortcut!(x));
  shortcuts.set(source, shortcut);
  return shortcut;
}

function original(block: Block): Block {
  return block instanceof Altered ? original(block.original) : block;
}
