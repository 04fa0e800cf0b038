import * as tf from '@tensorflow/tfjs';

type Layer = tf.layers.Layer;

/** A layer where it stands in a network. */
export interface Stop {
  layer: Layer;
  /** Shape of the state that comes in, [batch, ...]. */
  input: tf.Shape;
  /** Shape of the state that goes out. */
  output: tf.Shape;
}

/**
 * The shapes of the states that layers pass on, one after the other.
 * @throws Error when a layer does not fit the state it gets.
 */
export function follow(layers: readonly Layer[], inputShape: readonly number[]): Stop[] {
  let state: tf.Shape = [null, ...inputShape];
  return layers.map((layer) => {
    const input = state;
    state = outputShape(layer, input);
    return { layer, input, output: state };
  });
}

/** What tfjs checks an input by, which it declares protected. */
interface Checking {
  assertInputCompatibility(input: tf.SymbolicTensor): void;
}

/** @throws Error when the layer does not take states of this shape. */
export function outputShape(layer: Layer, input: tf.Shape): tf.Shape {
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

/** How many numbers a state of this shape, [batch, ...], has of one sample. */
export function numbersIn(shape: tf.Shape): number {
  return tf.util.sizeFromShape(shape.slice(1) as number[]);
}

/** Whether two shapes are the same. */
export function sameShape(a: tf.Shape, b: tf.Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
