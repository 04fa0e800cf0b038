import * as tf from '@tensorflow/tfjs';
import { Block, type Parts } from '../layers';
import { substituting, type Moments, type Statistics } from '../layers/batchNorm';
import { StandIn, type CallOptions } from './standIn';

/** Mean and variance by channel. */
export interface Estimate {
  mean: Float32Array;
  variance: Float32Array;
}

/** The statistics of each batch norm of a layer, estimated where the layer stands. */
export type Estimates = ReadonlyMap<Statistics, Estimate>;

/** A layer whose batch norms, in evaluation, normalize by estimates in place of their moving statistics. */
export class Calibrated extends StandIn<tf.layers.Layer> {
  /** @nocollapse */
  static className = 'Calibrated';

  constructor(
    original: tf.layers.Layer,
    private readonly estimates: Estimates,
  ) {
    super(original);
    if (!(original instanceof Block && original.shortcut)) return;
    this.shortcut = (x) => tf.tidy(() => this.calibrated(() => original.shortcut!(x)));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], options: CallOptions): tf.Tensor {
    this.invokeCallHook(inputs, options);
    const run = () => this.original.apply(inputs, options) as tf.Tensor;
    return tf.tidy(() => this.calibrated(run));
  }

  /** The terms of the block's own equation. */
  override parts(x: tf.Tensor): Parts {
    return tf.tidy(() => ({ ...this.calibrated(() => (this.original as Block).parts(x)) }));
  }

  private calibrated<T>(run: () => T): T {
    return substituting((own) => momentsOf(this.estimates.get(own)), run);
  }
}

/** The tensors of an estimate. */
export function momentsOf(estimate: Estimate | undefined): Moments | undefined {
  if (!estimate) return undefined;
  return { mean: tf.tensor1d(estimate.mean), variance: tf.tensor1d(estimate.variance) };
}
