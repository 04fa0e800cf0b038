import * as tf from '@tensorflow/tfjs';
import { activate, type Activation } from '../engine';
import { always } from '../engine/ops/conditional';
import { normalize, withDefaults, type BatchNormOptions, type Normalizer } from './batchNorm';
import type { Parts } from './block';
import { ConvBlock, type ConvBlockArgs, type NormalizedArgs } from './convBlock';
import { builtFor, convolve, type Convolution } from './convolution';

/** What a {@link PlainConv} takes. */
export interface PlainConvArgs extends ConvBlockArgs, NormalizedArgs {
  /** n, how many convolutions. Default 1. */
  layers?: number;
  /** Stride of the first convolution. Default 1. */
  strides?: number;
  /** f. Default `relu`. */
  activation?: Activation;
}

/**
 * Plain convolutions, the twin of a {@link ResidualConv} without its shortcut (He, Zhang, Ren and
 * Sun 2016, section 4.2), and with one layer that of a {@link HighwayConv}:
 *
 *     y = f(N(K_n * ... f(N(K_1 * x)) ...))
 *
 * with x [batch, height, width, channels], each K [size, size, inputs, filters], N a batch norm, and
 * y [batch, height / strides, width / strides, filters]. As a block it has T = 1 and C = 0. Weights,
 * in order: `conv1_kernel`, `conv1_bias`, `norm1_gamma`, `norm1_beta` and so on, as far as they exist, then the moving
 * statistics. Batch norm by default, bias by default only without it.
 */
export class PlainConv extends ConvBlock {
  /** @nocollapse */
  static className = 'PlainConv';

  /** How many convolutions. */
  readonly layers: number;
  private readonly strides: number;
  private readonly activation: Activation;
  private readonly batchNorm: Required<BatchNormOptions> | false;
  private convolutions: Convolution[] = [];
  private normalizers: Normalizer[] = [];

  /** @throws RangeError when `filters`, `kernelSize`, `layers` or `strides` is not a positive integer. */
  constructor(args: PlainConvArgs) {
    super({ ...args, useBias: args.useBias ?? args.batchNorm === false });
    this.layers = this.positiveInteger('layers', args.layers ?? 1);
    this.strides = this.positiveInteger('strides', args.strides ?? 1);
    this.activation = args.activation ?? 'relu';
    this.batchNorm = args.batchNorm !== false && withDefaults(args.batchNorm ?? {});
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = this.check(inputShape as tf.Shape);
    for (let i = 0; i < this.layers; i++) {
      const inputs = i === 0 ? channels : this.filters;
      this.convolutions.push(this.addConvolution(i, inputs, `conv${i + 1}_`));
      if (this.batchNorm) {
        this.normalizers.push(this.addNormalizer(`norm${i + 1}_`, this.filters, this.batchNorm));
      }
    }
    super.build(inputShape);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      layers: this.layers,
      strides: this.strides,
      activation: this.activation,
      batchNorm: this.batchNorm,
    };
  }

  protected override get shrinkage(): number {
    return this.strides;
  }

  protected override forward(x: tf.Tensor4D, training: boolean): tf.Tensor4D {
    return this.convolutions.reduce((h, convolution, i) => {
      const z = convolve(h, convolution, always, i === 0 ? this.strides : 1);
      const normalizer = this.normalizers[i];
      const normal = normalizer ? normalize(z, normalizer, { training, branch: always }) : z;
      return activate(normal, this.activation);
    }, x);
  }

  protected override terms(x: tf.Tensor4D): Omit<Parts, 'update'> {
    const candidate = this.forward(x, false);
    return {
      candidate,
      transform: tf.onesLike(candidate),
      carry: tf.zerosLike(candidate),
      output: candidate.clone(),
    };
  }

  protected override misfit(channels: number): string | undefined {
    return builtFor(this.convolutions[0], channels);
  }
}

tf.serialization.registerClass(PlainConv);
