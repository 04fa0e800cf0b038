import * as tf from '@tensorflow/tfjs';
import { dense, relu } from '../engine';
import { matrix, vector, type Affine } from './affine';
import { carryingNothing, type Parts } from './block';
import { DenseBlock, type DenseBlockArgs } from './denseBlock';

/** What a {@link CReluDense} takes. */
export type CReluDenseArgs = Omit<DenseBlockArgs, 'activation'>;

/**
 * A plain layer behind a concatenated ReLU (Shang, Sohn, Almeida and Lee 2016; Balduzzi et
 * al. 2017, section 4):
 *
 *     y = [max(0, x), max(0, -x)] W + b
 *
 * with x [batch, inputs], W [2 inputs, units], b [units], y [batch, units]. Drawn by `looksLinear` it is
 * linear at first. As a block it has T = 1 and C = 0. Weights, in order: `kernel`, `bias`.
 */
export class CReluDense extends DenseBlock {
  /** @nocollapse */
  static className = 'CReluDense';

  private weightsH!: Affine;

  /** @throws RangeError when `units` is not a positive integer. */
  constructor(args: CReluDenseArgs) {
    super({ ...args, activation: 'relu' });
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.weightsH = this.addAffine(0, 2 * this.check(inputShape as tf.Shape));
    super.build(inputShape);
  }

  protected override forward(x: tf.Tensor2D): tf.Tensor {
    const { kernel, bias } = this.weightsH;
    const both = tf.concat([relu(x), relu(tf.neg(x))], 1);
    return dense(both, matrix(kernel), vector(bias));
  }

  protected override terms(x: tf.Tensor2D): Omit<Parts, 'update'> {
    return carryingNothing(this.forward(x));
  }

  protected override misfit(width: number): string | undefined {
    const rows = this.weightsH?.kernel.shape[0];
    if (rows === undefined || rows === 2 * width) return undefined;
    return `it was built for [batch, ${rows! / 2}]; its kernel has shape [${rows}, ${this.units}]`;
  }
}

tf.serialization.registerClass(CReluDense);
