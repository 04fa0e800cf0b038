import * as tf from '@tensorflow/tfjs';
import { activate, sigmoid, type Activation } from '../engine';
import { activations } from '../engine/ops/activation';
import { always } from '../engine/ops/conditional';
import type { Parts } from './block';
import { ConvBlock, type ConvBlockArgs } from './convBlock';
import { convolve, type Convolution } from './convolution';

/** What a {@link HighwayConv} takes. */
export interface HighwayConvArgs extends ConvBlockArgs {
  /** f. Default `relu`. */
  activation?: Activation;
  /**
   * Where each channel's transform bias b_T starts; negative, so that the block first carries.
   * Default -2, as in the authors' 19-layer net on CIFAR-10; -1 in their 10-layer net on MNIST.
   */
  transformBias?: number;
}

/**
 * A convolutional highway layer with coupled gates, one for each channel and position (Srivastava,
 * Greff and Schmidhuber 2015, equation 3 and section 4):
 *
 *     H(x) = f(K_H * x + b_H)
 *     T(x) = sigmoid(K_T * x + b_T)
 *     y = H(x) T(x) + x (1 - T(x)), computed as x + T(x) (H(x) - x)
 *
 * with x, H, T and y [batch, height, width, filters], each K [size, size, filters, filters], each b
 * [filters]. Weights, in order: `kernel`, `bias`, `transform_kernel`, `transform_bias`. A
 * {@link PlainConv} changes the channels.
 */
export class HighwayConv extends ConvBlock {
  /** @nocollapse */
  static className = 'HighwayConv';

  readonly useBias = true;
  private readonly activation: Activation;
  private readonly initialTransformBias: number;
  private candidate!: Convolution;
  private transform!: Convolution;

  /** @throws RangeError when `filters` or `kernelSize` is not a positive integer, or `activation` is unknown. */
  constructor(args: HighwayConvArgs) {
    super(args, ['activation', 'transformBias']);
    this.activation = this.oneOf('activation', args.activation ?? 'relu', activations);
    this.initialTransformBias = args.transformBias ?? -2;
  }

  /** b_T, [filters]. */
  get transformBias(): tf.Tensor1D {
    return this.transform.bias!.read() as tf.Tensor1D;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { filters, kernelSize } = this;
    this.check(inputShape as tf.Shape);
    const bias = tf.initializers.constant({ value: this.initialTransformBias });
    this.candidate = this.addConvolution(0, filters, '');
    this.transform = this.addConvolution(1, filters, 'transform_', kernelSize, bias);
    super.build(inputShape);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      activation: this.activation,
      transformBias: this.initialTransformBias,
    };
  }

  protected override forward(x: tf.Tensor4D): tf.Tensor4D {
    return this.terms(x).output as tf.Tensor4D;
  }

  protected override terms(x: tf.Tensor4D): Omit<Parts, 'update'> {
    const candidate = activate(convolve(x, this.candidate, always), this.activation);
    const transform = sigmoid(convolve(x, this.transform, always));
    const output = tf.add(tf.mul(tf.sub(candidate, x), transform), x);
    return { candidate, transform, carry: tf.sub(1, transform), output };
  }

  protected override misfit(channels: number): string | undefined {
    const { filters } = this;
    if (channels === filters) return undefined;
    return (
      `it carries its input to its output of ${filters} channels. ` +
      `Put a PlainConv of ${filters} filters in front, or give the layer ${channels} filters`
    );
  }
}

tf.serialization.registerClass(HighwayConv);
