import * as tf from '@tensorflow/tfjs';
import type { AddWeight } from './batchNorm';
import { Block, partsOf, type LayerArgs, type Parts } from './block';
import type { Convolution } from './convolution';
import {
  nthInitializer,
  serializeInitializer,
  toInitializer,
  type Initializer,
  type InitializerIdentifier,
} from './initializers';

/** What the convolutional blocks take. */
export interface ConvBlockArgs extends LayerArgs {
  /** Channels of the output; a positive integer. */
  filters: number;
  /** Height and width of the kernels. Default 3. */
  kernelSize?: number;
  /**
   * Draws the kernels; the i-th kernel of a layer (from 0) with the seed plus i. Default `heUniform`,
   * without a seed.
   */
  kernelInitializer?: InitializerIdentifier;
}

/** What the convolutional blocks have in common: they map [batch, height, width, channels] to images. */
export abstract class ConvBlock extends Block {
  /** Channels of the output. */
  readonly filters: number;
  /** Height and width of the kernels. */
  readonly kernelSize: number;
  /** Whether the convolutions add a bias. */
  abstract readonly useBias: boolean;
  protected readonly kernelInitializer: Initializer;
  protected readonly add: AddWeight = (name, shape, initializer, trainable) =>
    this.addWeight(name, shape, 'float32', initializer, undefined, trainable);

  /** @param options the names of what a family takes besides */
  constructor(args: ConvBlockArgs, options: readonly string[] = []) {
    super(args, ['filters', 'kernelSize', 'kernelInitializer', ...options]);
    this.filters = this.positiveInteger('filters', args.filters);
    this.kernelSize = this.positiveInteger('kernelSize', args.kernelSize ?? 3);
    this.kernelInitializer = toInitializer(args.kernelInitializer ?? 'heUniform');
  }

  /** y for an input that fits. */
  protected abstract forward(x: tf.Tensor4D, training: boolean): tf.Tensor4D;

  /** The terms of y for an input that fits, in evaluation. */
  protected abstract terms(x: tf.Tensor4D): Omit<Parts, 'update'>;

  /** What is wrong with an input of so many channels and what to do about it; nothing if it fits. */
  protected abstract misfit(channels: number): string | undefined;

  /** How much smaller the output is than the input, in height and width. */
  protected get shrinkage(): number {
    return 1;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    this.invokeCallHook(inputs, kwargs);
    return tf.tidy(() => this.forward(this.checked(inputs), kwargs.training === true));
  }

  override parts(x: tf.Tensor): Parts {
    const input = this.checked(x);
    return partsOf(input, () => this.terms(input));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch, ...size] = inputShape as tf.Shape;
    this.check(inputShape as tf.Shape);
    const shrunk = size.slice(0, 2).map((side) => side && Math.ceil(side / this.shrinkage));
    return [batch!, ...(shrunk as number[]), this.filters];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernelSize: this.kernelSize,
      kernelInitializer: serializeInitializer(this.kernelInitializer),
    };
  }

  /**
   * The weights of the layer's `i`-th convolution, named `kernel` and `bias`.
   * @param prefix comes before the names; tfjs counts equal names by a number at the end
   */
  protected addConvolution(
    i: number,
    inputs: number,
    prefix: string,
    size = this.kernelSize,
    biasInitializer = tf.initializers.zeros(),
  ): Convolution {
    const initializer = nthInitializer(this.kernelInitializer, i);
    const shape = [size, size, inputs, this.filters];
    const kernel = this.add(`${prefix}kernel`, shape, initializer);
    if (!this.useBias) return { kernel };
    return { kernel, bias: this.add(`${prefix}bias`, [this.filters], biasInitializer) };
  }

  /** The channels of an input of this shape; throws when it does not fit. */
  protected check(shape: tf.Shape): number {
    return this.channelsOf(shape, (channels) => this.misfit(channels));
  }

  private checked(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor4D {
    const x = this.onlyInput(inputs);
    this.check(x.shape);
    return x as tf.Tensor4D;
  }
}
