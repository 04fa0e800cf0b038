import * as tf from '@tensorflow/tfjs';

/**
 * What a block made of its input x, in the terms of y = H(x) T(x) + x C(x) (Srivastava, Greff and
 * Schmidhuber 2015, equation 2), which holds where y has the shape of x and no activation follows the
 * sum. Each has the shape of y: [batch, units], or [batch, height, width, channels].
 */
export interface Parts {
  /** H(x), what the block computes anew. */
  candidate: tf.Tensor;
  /** T(x), how much of the candidate enters the output. */
  transform: tf.Tensor;
  /** C(x), how much of the input is carried over. */
  carry: tf.Tensor;
  /** y - x, what the block changes; y itself where x has another shape. */
  update: tf.Tensor;
  /** y, what `call` returns. */
  output: tf.Tensor;
}

/** What every layer of tfjs takes: `name`, `inputShape`, `trainable` and so on. */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;

/** {@link LayerArgs} by name, and what tfjs adds to a config that it loads. */
const common = [
  ...['name', 'trainable', 'updatable', 'weights', 'dtype', 'inputDType'],
  ...['inputShape', 'batchInputShape', 'batchSize', 'customObjects'],
];

/** Class and name of a layer, for a message. */
function labelOf(layer: tf.layers.Layer): string {
  return `${layer.getClassName()} "${layer.name}"`;
}

/**
 * @param options what the layer takes besides what every layer does
 * @throws TypeError when `args` has something else; the message has its name.
 */
export function checkArguments(
  layer: tf.layers.Layer,
  args: object,
  options: readonly string[],
): void {
  checkKeys(labelOf(layer), args, options, [...options, ...common]);
}

/** @throws TypeError when the layer is no block, which a stage is made of. */
export function checkBlock(layer: unknown): asserts layer is Block {
  if (layer instanceof Block) return;
  const told = layer instanceof tf.layers.Layer ? labelOf(layer) : String(layer);
  throw new TypeError(
    `A stage is made of blocks, which ${told} is not: it has no parts. Other layers go into the ` +
      'stem or the head; a block of your own extends Block.',
  );
}

/** What a block makes of x that carries nothing: T = 1 and C = 0. */
export function carryingNothing(candidate: tf.Tensor): Omit<Parts, 'update'> {
  const [transform, carry] = [tf.onesLike(candidate), tf.zerosLike(candidate)];
  return { candidate, transform, carry, output: candidate.clone() };
}

/** The terms of a block's equation for x, with what the block changes; what else is made is freed. */
export function partsOf(x: tf.Tensor, terms: () => Omit<Parts, 'update'>): Parts {
  return tf.tidy(() => {
    const made = terms();
    const { output } = made;
    const same = tf.util.arraysEqual(output.shape, x.shape);
    return { ...made, update: same ? tf.sub(output, x) : output.clone() };
  });
}

/**
 * A layer that can say what it did to an input. Blocks of equal input and output make a stage.
 *
 * A family of blocks hands the names of its options to the constructor, which refuses others. Its
 * `call` invokes the hook that `setCallHook` set.
 */
export abstract class Block extends tf.layers.Layer {
  /**
   * @param options the names of what the block takes besides what every layer of tfjs does
   * @throws TypeError when `args` has anything else.
   */
  constructor(args: LayerArgs = {}, options: readonly string[] = []) {
    super(args);
    checkArguments(this, args, options);
  }

  /**
   * The terms of the block's equation for an input. The caller disposes them.
   * @param x [batch, inputs], or [batch, height, width, channels]
   */
  abstract parts(x: tf.Tensor): Parts;

  /**
   * What is left of the block without its branch, where its input and output differ in shape; a block
   * that has no such shortcut can then not be removed.
   */
  shortcut?(x: tf.Tensor): tf.Tensor;

  /** Class and name, for a message. */
  protected get label(): string {
    return labelOf(this);
  }

  /** The `value` of an option that is an object, if it has none but the `names`. */
  protected known<T extends object>(
    option: string,
    value: T,
    names: readonly (keyof T & string)[],
  ): T {
    checkKeys(`${this.label}: ${option}`, value, names);
    return value;
  }

  /** `value` if it is a positive integer. */
  protected positiveInteger(option: string, value: number): number {
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new RangeError(`${this.label}: ${option} is a positive integer, not ${value}.`);
  }

  /** `value` if it is finite. */
  protected finite(option: string, value: number): number {
    if (Number.isFinite(value)) return value;
    throw new RangeError(`${this.label}: ${option} is a finite number, not ${value}.`);
  }

  /** `value` if it is finite and scales a branch to something. */
  protected scaling(option: string, value: number): number {
    if (Number.isFinite(value) && value !== 0) return value;
    throw new RangeError(
      `${this.label}: ${option} is a finite number, and not 0, at which the branch has no ` +
        `effect: not ${value}.`,
    );
  }

  /** `value` if it is one of `values`. */
  protected oneOf<T extends string>(option: string, value: T, values: readonly T[]): T {
    if (values.includes(value)) return value;
    throw new RangeError(
      `${this.label}: ${option} is one of ${values.join(', ')}, not "${value}".`,
    );
  }

  /** The tensor among `inputs`, which is one. */
  protected onlyInput(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const list = [inputs].flat();
    if (list.length === 1) return list[0]!;
    throw new Error(`${this.label} takes one input, not ${list.length}.`);
  }

  /**
   * The channels of an input that is to be images.
   * @throws Error when it is something else, or `misfit` has something against so many channels.
   */
  protected channelsOf(
    shape: tf.Shape,
    misfit: (channels: number) => string | undefined = () => undefined,
  ): number {
    const form = ['batch', 'height', 'width', 'channels'];
    return this.lastSize(shape, form, 'tf.layers.reshape()', 'channels', misfit);
  }

  /**
   * The last size of an input's shape, which a block's weights depend on.
   * @param form the axes the block takes, such as `[batch, inputs]`
   * @param remedy what to put in front of the block for another rank
   * @param name what the last size is called
   * @throws Error when the rank is another, the size unknown, or `misfit` has something against it.
   */
  protected lastSize(
    shape: tf.Shape,
    form: readonly string[],
    remedy: string,
    name: string,
    misfit: (size: number) => string | undefined,
  ): number {
    const size = shape[form.length - 1];
    const wrong =
      shape.length !== form.length
        ? `it takes [${form.join(', ')}]. Put ${remedy} in front`
        : size === null || size === undefined
          ? `the ${name} must be known. Give the model's input a fixed shape`
          : misfit(size);
    if (wrong) {
      const got = shape.map((size, axis) => size ?? (axis === 0 ? 'batch' : '?')).join(', ');
      throw new Error(`${this.label} got an input of shape [${got}], but ${wrong}.`);
    }
    return size!;
  }
}

function checkKeys(
  owner: string,
  given: object,
  options: readonly string[],
  known: readonly string[] = options,
): void {
  for (const [key, value] of Object.entries(given)) {
    if (known.includes(key) || value === undefined || value === null) continue;
    const choices = options.length > 0 ? `It takes ${options.join(', ')}.` : 'It takes none.';
    throw new TypeError(`${owner} has no option "${key}". ${choices}`);
  }
}
