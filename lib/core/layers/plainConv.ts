import * as tf from '@tensorflow/tfjs';
import { activate, type Activation } from '../engine';
import { activations } from '../engine/ops/activation';
import { always } from '../engine/ops/conditional';
import { normalize, type Normalizer } from './batchNorm';
import { carryingNothing, type Parts } from './block';
import { builtFor, convolve, type Convolution } from './convolution';
import { NormalizedBlock, type NormalizedArgs } from './normalizedBlock';

/** What a {@link PlainConv} takes. */
export interface PlainConvArgs extends NormalizedArgs {
  /** n, how many convolutions. Default 1. */
  layers?: number;
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
 * statistics. Batch norm by default, bias by default only without it. The strides are the first
 * convolution's.
 */
export class PlainConv extends NormalizedBlock {
  /** @nocollapse */
  static className = 'PlainConv';

  /** How many convolutions. */
  readonly layers: number;
  private readonly activation: Activation;
  private convolutions: Convolution[] = [];
  private normalizers: (Normalizer | undefined)[] = [];

  /**
   * @throws RangeError when `filters`, `kernelSize`, `layers` or `strides` is not a positive integer,
   *   or `activation` is unknown.
   */
  constructor(args: PlainConvArgs) {
    super(args, ['layers', 'activation']);
    this.layers = this.positiveInteger('layers', args.layers ?? 1);
    this.activation = this.oneOf('activation', args.activation ?? 'relu', activations);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = this.check(inputShape as tf.Shape);
    for (let i = 0; i < this.layers; i++) {
      const inputs = i === 0 ? channels : this.filters;
      this.convolutions.push(this.addConvolution(i, inputs, `conv${i + 1}_`));
      this.normalizers.push(this.addNormalizer(`norm${i + 1}_`, this.filters));
    }
    super.build(inputShape);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), layers: this.layers, activation: this.activation };
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
    return carryingNothing(this.forward(x, false));
  }

  protected override misfit(channels: number): string | undefined {
    return builtFor(this.convolutions[0], channels);
  }
}

tf.serialization.registerClass(PlainConv);
