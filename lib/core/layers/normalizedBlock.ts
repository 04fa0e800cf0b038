import type * as tf from '@tensorflow/tfjs';
import {
  batchNormOptions,
  makeNormalizer,
  withDefaults,
  type BatchNormOptions,
  type Normalizer,
} from './batchNorm';
import { ConvBlock, type ConvBlockArgs } from './convBlock';

/** What the blocks with strides and batch norm take. */
export interface NormalizedArgs extends ConvBlockArgs {
  /** Stride of the block. Default 1. */
  strides?: number;
  /** Whether the convolutions add a bias. Default only without batch norm. */
  useBias?: boolean;
  /** The constants of the batch norms, or `false` for none. */
  batchNorm?: BatchNormOptions | false;
}

/** What the convolutional blocks with strides and batch norm have in common. */
export abstract class NormalizedBlock extends ConvBlock {
  readonly useBias: boolean;
  protected readonly strides: number;
  protected readonly batchNorm: Required<BatchNormOptions> | false;

  /** @param options the names of what a family takes besides */
  constructor(args: NormalizedArgs, options: readonly string[] = []) {
    super(args, ['strides', 'useBias', 'batchNorm', ...options]);
    const { strides = 1, batchNorm = {}, useBias = batchNorm === false } = args;
    this.strides = this.positiveInteger('strides', strides);
    this.useBias = useBias;
    this.batchNorm =
      batchNorm && withDefaults(this.known('batchNorm', batchNorm, batchNormOptions));
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { strides, useBias, batchNorm } = this;
    return { ...super.getConfig(), strides, useBias, batchNorm };
  }

  protected override get shrinkage(): number {
    return this.strides;
  }

  /** The weights of a batch norm of the layer, named `gamma` and so on after `prefix`; none without. */
  protected addNormalizer(prefix: string, channels: number): Normalizer | undefined {
    const { add, batchNorm } = this;
    return batchNorm ? makeNormalizer(add, channels, batchNorm, prefix) : undefined;
  }
}
