import * as tf from '@tensorflow/tfjs';
import { affine, type ActivationIdentifier, type Affine } from './affine';
import { Block, partsOf, type LayerArgs, type Parts } from './block';
import {
  nthInitializer,
  serializeInitializer,
  toInitializer,
  type Initializer,
  type InitializerIdentifier,
} from './initializers';

/** What the dense blocks take. */
export interface DenseBlockArgs extends LayerArgs {
  /** Width of the output; a positive integer. */
  units: number;
  /** The activation f. Default `relu`. */
  activation?: ActivationIdentifier;
  /**
   * Draws the kernels; the i-th kernel of a layer (from 0) with the seed plus i. Default
   * `glorotUniform`, unseeded. tfjs's `glorotNormal` and `heNormal` cut their normal off at two
   * standard deviations without making up for it: the variance is 0.77 of the one in their names.
   */
  kernelInitializer?: InitializerIdentifier;
  /** Draws b. Default `zeros`. */
  biasInitializer?: InitializerIdentifier;
}

/** What the dense blocks have in common: they map [batch, inputs] to [batch, units]. */
export abstract class DenseBlock extends Block {
  /** Width of the output. */
  readonly units: number;
  /** The name of the activation f. */
  readonly activation: ActivationIdentifier;
  protected readonly f: ReturnType<typeof affine>;
  protected readonly kernelInitializer: Initializer;
  protected readonly biasInitializer: Initializer;

  /** @param options the names of what a family takes besides */
  constructor(args: DenseBlockArgs, options: readonly string[] = []) {
    super(args, [...['units', 'activation', 'kernelInitializer', 'biasInitializer'], ...options]);
    this.units = this.positiveInteger('units', args.units);
    this.activation = args.activation ?? 'relu';
    this.f = affine(this.activation);
    this.kernelInitializer = toInitializer(args.kernelInitializer ?? 'glorotUniform');
    this.biasInitializer = toInitializer(args.biasInitializer ?? 'zeros');
  }

  /** y for an input that fits. */
  protected abstract forward(x: tf.Tensor2D, training: boolean): tf.Tensor;

  /** The terms of y for an input that fits. */
  protected abstract terms(x: tf.Tensor2D): Omit<Parts, 'update'>;

  /** What is wrong with an input of this width and what to do about it; nothing if it fits. */
  protected abstract misfit(width: number): string | undefined;

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    this.invokeCallHook(inputs, kwargs);
    return tf.tidy(() => this.forward(this.checked(inputs), kwargs.training === true));
  }

  override parts(x: tf.Tensor): Parts {
    const input = this.checked(x);
    return partsOf(input, () => this.terms(input));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = inputShape as tf.Shape;
    this.check(shape);
    return [shape[0]!, this.units];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      units: this.units,
      activation: this.activation,
      kernelInitializer: serializeInitializer(this.kernelInitializer),
      biasInitializer: serializeInitializer(this.biasInitializer),
    };
  }

  /**
   * The weights of the layer's `i`-th f(x W + b).
   * @param name makes their names, from `kernel` and `bias`
   */
  protected addAffine(
    i: number,
    inputs: number,
    name = (weight: string) => weight,
    biasInitializer = this.biasInitializer,
  ): Affine {
    const initializer = nthInitializer(this.kernelInitializer, i);
    return {
      kernel: this.addWeight(name('kernel'), [inputs, this.units], 'float32', initializer),
      bias: this.addWeight(name('bias'), [this.units], 'float32', biasInitializer),
    };
  }

  /** The width of an input of this shape; throws when it does not fit. */
  protected check(shape: tf.Shape): number {
    return this.lastSize(shape, ['batch', 'inputs'], 'tf.layers.flatten()', 'width', (size) =>
      this.misfit(size),
    );
  }

  /** What is wrong with a block whose input is not as wide as its output. */
  protected ownWidth(width: number): string | undefined {
    const { units } = this;
    if (width === units) return undefined;
    return (
      `it carries its input to its output of shape [batch, ${units}]. ` +
      `Put a PlainDense of ${units} units in front, or give the layer ${width} units`
    );
  }

  private checked(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor2D {
    const x = this.onlyInput(inputs);
    this.check(x.shape);
    return x as tf.Tensor2D;
  }
}
