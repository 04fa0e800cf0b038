import * as tf from '@tensorflow/tfjs';
import type { Affine } from './affine';
import { carryingNothing, type Parts } from './block';
import { DenseBlock, type DenseBlockArgs } from './denseBlock';

/** What a {@link PlainDense} takes. */
export type PlainDenseArgs = DenseBlockArgs;

/**
 * A plain layer (Srivastava, Greff and Schmidhuber 2015, equation 1):
 *
 *     y = H(x) = f(x W + b)
 *
 * with x [batch, inputs], W [inputs, units], b [units], y [batch, units]. As a block it has T = 1
 * and C = 0: it carries nothing. Weights, in order: `kernel`, `bias`.
 */
export class PlainDense extends DenseBlock {
  /** @nocollapse */
  static className = 'PlainDense';

  private weightsH!: Affine;

  /** @throws RangeError when `units` is not a positive integer. */
  constructor(args: PlainDenseArgs) {
    super(args);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.weightsH = this.addAffine(0, this.check(inputShape as tf.Shape));
    super.build(inputShape);
  }

  protected override forward(x: tf.Tensor2D): tf.Tensor {
    return this.f(x, this.weightsH);
  }

  protected override terms(x: tf.Tensor2D): Omit<Parts, 'update'> {
    return carryingNothing(this.forward(x));
  }

  protected override misfit(width: number): string | undefined {
    const inputs = this.weightsH?.kernel.shape[0];
    if (inputs === undefined || inputs === width) return undefined;
    return `it was built for [batch, ${inputs}]; its kernel has shape [${inputs}, ${this.units}]`;
  }
}

tf.serialization.registerClass(PlainDense);
