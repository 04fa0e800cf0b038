import * as tf from '@tensorflow/tfjs';
import type { Block } from '../layers';
import { Network } from '../networks';

/** A block of a network: its name, or its index in `network.blocks`, counted from 0. */
export type BlockReference = string | number;

/** A block where it stands in a network. */
export interface Place {
  block: Block;
  /** The stage, counted from 0. */
  stage: number;
  /** Shape of the state that comes in, [batch, ...]. */
  input: tf.Shape;
  /** Shape of the state that goes out. */
  output: tf.Shape;
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
  return places(network)
    .flat()
    .find((place) => place.block === block)!;
}

/** A sentence that says which blocks a network has. */
export function inventory({ stages, blocks }: Network): string {
  if (blocks.length === 0) return 'It has no blocks.';
  const names = stages.map((stage) => stage.map((block) => block.name).join(', ') || 'none');
  if (names.length === 1) return `Its ${blocks.length} blocks: ${names[0]}.`;
  return `Its ${blocks.length} blocks: ${names.map((list, i) => `stage ${i}: ${list}`).join('; ')}.`;
}

/**
 * The blocks of a network, stage by stage, with the shapes of their states.
 *
 * @throws Error when a block or the head does not fit the state it gets.
 */
export function places({ inputShape, stem, stages, head }: Network): Place[][] {
  let state: tf.Shape = [null, ...inputShape];
  for (const layer of stem) state = outputShape(layer, state);
  const result = stages.map((blocks, stage) =>
    blocks.map((block) => {
      const input = state;
      state = outputShape(block, state);
      return { block, stage, input, output: state };
    }),
  );
  for (const layer of head) state = outputShape(layer, state);
  return result;
}

/** Whether a block leaves the shape of its state as it is. */
export function keepsShape({ input, output }: Place): boolean {
  return equal(input, output);
}

/** Whether `block` can stand in for the block at `place`, shapes alone considered. */
export function fits(block: Block, { input, output }: Place): boolean {
  try {
    return equal(outputShape(block, input), output);
  } catch {
    return false;
  }
}

/**
 * A network of the same stem, head and weights with other stages.
 *
 * @throws Error when a block or the head does not fit the state it gets.
 */
export function withStages(network: Network, stages: readonly (readonly Block[])[]): Network {
  const { inputShape, stem, head } = network;
  const copy = new Network({
    inputShape: [...inputShape],
    stem: [...stem],
    stages: stages.map((stage) => [...stage]),
    head: [...head],
  });
  places(copy);
  return copy;
}

/** What tfjs checks an input by, which it declares protected. */
interface Checking {
  assertInputCompatibility(input: tf.SymbolicTensor): void;
}

function outputShape(layer: tf.layers.Layer, input: tf.Shape): tf.Shape {
  const got = `[${['batch', ...input.slice(1)].join(', ')}]`;
  try {
    const symbol = new tf.SymbolicTensor('float32', input, layer, [], {});
    (layer as unknown as Checking).assertInputCompatibility(symbol);
    return layer.computeOutputShape(input) as tf.Shape;
  } catch (error) {
    throw new Error(
      `"${layer.name}" can't follow here, where the state has shape ${got}: ` +
        `${error instanceof Error ? error.message : String(error)} ` +
        `A block that changes the shape can't be cut, moved or run twice; lesion() keeps its shortcut.`,
      { cause: error },
    );
  }
}

function equal(a: tf.Shape, b: tf.Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
