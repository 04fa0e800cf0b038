import * as tf from '@tensorflow/tfjs';
import { activate, sigmoid, type Activation } from '../engine';
import { activations } from '../engine/ops/activation';
import { always } from '../engine/ops/conditional';
import {
  batchNormOptions,
  makeNormalizer,
  normalize,
  withDefaults,
  type BatchNormOptions,
  type Normalizer,
} from './batchNorm';
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
  /** The constants of the batch norms, or `false` for none. Default `false`, as in the paper. */
  batchNorm?: BatchNormOptions | false;
}

/**
 * A convolutional highway layer with coupled gates, one for each channel and position (Srivastava,
 * Greff and Schmidhuber 2015, equation 3 and section 4):
 *
 *     H(x) = f(K_H * x + b_H)
 *     T(x) = sigmoid(K_T * x + b_T)
 *     y = H(x) T(x) + x (1 - T(x)), computed as x + T(x) (H(x) - x)
 *
 * or, with batch norms N, as in Greff, Srivastava and Schmidhuber 2017, section 5.1, though the paper
 * does not say where they stand:
 *
 *     H(x) = f(N_H(K_H * x))
 *     T(x) = sigmoid(N_T(K_T * x)), where the shift of N_T is b_T
 *
 * with x, H, T and y [batch, height, width, filters], each K [size, size, filters, filters], each b
 * [filters]. Weights, in order: `kernel`, `bias`, `transform_kernel`, `transform_bias`, or with batch
 * norm `kernel`, `norm_gamma`, `norm_beta`, `transform_kernel`, `transform_norm_gamma`,
 * `transform_norm_beta`, then the moving statistics. A {@link PlainConv} changes the channels.
 */
export class HighwayConv extends ConvBlock {
  /** @nocollapse */
  static className = 'HighwayConv';

  readonly useBias: boolean;
  private readonly activation: Activation;
  private readonly initialTransformBias: number;
  private readonly batchNorm: Required<BatchNormOptions> | false;
  private candidate!: Convolution;
  private transform!: Convolution;
  private norms?: { candidate: Normalizer; transform: Normalizer };

  /** @throws RangeError when `filters` or `kernelSize` is not a positive integer, or `activation` is unknown. */
  constructor(args: HighwayConvArgs) {
    super(args, ['activation', 'transformBias', 'batchNorm']);
    const { batchNorm = false } = args;
    this.activation = this.oneOf('activation', args.activation ?? 'relu', activations);
    this.initialTransformBias = args.transformBias ?? -2;
    this.batchNorm =
      batchNorm && withDefaults(this.known('batchNorm', batchNorm, batchNormOptions));
    this.useBias = !this.batchNorm;
  }

  /** b_T, [filters]. */
  get transformBias(): tf.Tensor1D {
    const bias = this.norms?.transform.affinity.beta ?? this.transform.bias!;
    return bias.read() as tf.Tensor1D;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { add, filters, kernelSize, batchNorm, initialTransformBias } = this;
    this.check(inputShape as tf.Shape);
    const bias = tf.initializers.constant({ value: initialTransformBias });
    this.candidate = this.addConvolution(0, filters, '');
    this.transform = this.addConvolution(1, filters, 'transform_', kernelSize, bias);
    if (batchNorm) {
      const named = (prefix: string, beta?: number) =>
        makeNormalizer(add, filters, batchNorm, `${prefix}norm_`, beta);
      this.norms = { candidate: named(''), transform: named('transform_', initialTransformBias) };
    }
    super.build(inputShape);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      activation: this.activation,
      transformBias: this.initialTransformBias,
      batchNorm: this.batchNorm,
    };
  }

  protected override forward(x: tf.Tensor4D, training: boolean): tf.Tensor4D {
    const { candidate, transform } = this.gated(x, training);
    return tf.add<tf.Tensor4D>(tf.mul(tf.sub(candidate, x), transform), x);
  }

  protected override terms(x: tf.Tensor4D): Omit<Parts, 'update'> {
    const { candidate, transform } = this.gated(x, false);
    const output = tf.add(tf.mul(tf.sub(candidate, x), transform), x);
    return { candidate, transform, carry: tf.sub(1, transform), output };
  }

  /** H(x) and T(x). */
  private gated(x: tf.Tensor4D, training: boolean) {
    const pass = { training, branch: always };
    const through = (part: 'candidate' | 'transform') => {
      const z = convolve(x, this[part], always);
      return this.norms ? normalize(z, this.norms[part], pass) : z;
    };
    return {
      candidate: activate(through('candidate'), this.activation),
      transform: sigmoid(through('transform')),
    };
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
