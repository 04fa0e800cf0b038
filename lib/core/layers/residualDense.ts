import * as tf from '@tensorflow/tfjs';
import { affine, type ActivationIdentifier, type Affine } from './affine';
import type { Parts } from './block';
import { DenseBlock, type DenseBlockArgs } from './denseBlock';

/** What a {@link ResidualDense} takes. */
export interface ResidualDenseArgs extends DenseBlockArgs {
  /** n, how many dense layers the shortcut spans. Default 1. */
  layers?: number;
  /** g, the activation of the last of them; `linear` lets the update have either sign. Default f. */
  lastActivation?: ActivationIdentifier;
  /** a, a finite constant, not 0, that scales the branch. Default 1. */
  branchScale?: number;
}

/**
 * A residual block (He, Zhang, Ren and Sun 2016, equation 1): a shortcut over n dense layers,
 *
 *     y = x + a F(x),  F(x) = g(... f(f(x W_1 + b_1) W_2 + b_2) ... W_n + b_n)
 *
 * with x and y [batch, units], each W [units, units], each b [units]. With n = 1, g = f and a = 1 it
 * is the highway layer of equal f with T = 1 and C = 1. Its candidate is F, its transform a.
 * Weights, in order: `kernel_1`, `bias_1`, `kernel_2` and so on. The input is as wide as the output.
 */
export class ResidualDense extends DenseBlock {
  /** @nocollapse */
  static className = 'ResidualDense';

  /** How many dense layers the shortcut spans. */
  readonly layers: number;
  private readonly lastActivation: ActivationIdentifier;
  private readonly branchScale: number;
  private readonly g: ReturnType<typeof affine>;
  private branch: Affine[] = [];

  /** @throws RangeError when `units` or `layers` is not a positive integer, or `branchScale` is 0 or not finite. */
  constructor(args: ResidualDenseArgs) {
    super(args, ['layers', 'lastActivation', 'branchScale']);
    this.layers = this.positiveInteger('layers', args.layers ?? 1);
    this.lastActivation = args.lastActivation ?? this.activation;
    this.branchScale = this.scaling('branchScale', args.branchScale ?? 1);
    this.g = affine(this.lastActivation);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.check(inputShape as tf.Shape);
    this.branch = Array.from({ length: this.layers }, (_, i) =>
      this.addAffine(i, this.units, (weight) => `${weight}_${i + 1}`),
    );
    super.build(inputShape);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      layers: this.layers,
      lastActivation: this.lastActivation,
      branchScale: this.branchScale,
    };
  }

  protected override forward(x: tf.Tensor2D): tf.Tensor {
    return this.add(x, this.residual(x));
  }

  protected override terms(x: tf.Tensor2D): Omit<Parts, 'update'> {
    const candidate = this.residual(x);
    return {
      candidate,
      transform: tf.fill(candidate.shape, this.branchScale),
      carry: tf.onesLike(candidate),
      output: this.add(x, candidate),
    };
  }

  protected override misfit(width: number): string | undefined {
    return this.ownWidth(width);
  }

  private residual(x: tf.Tensor2D): tf.Tensor2D {
    const last = this.layers - 1;
    return this.branch.reduce((h, weights, i) => (i < last ? this.f : this.g)(h, weights), x);
  }

  private add(x: tf.Tensor2D, residual: tf.Tensor2D): tf.Tensor {
    return tf.add(x, this.branchScale === 1 ? residual : tf.mul(residual, this.branchScale));
  }
}

tf.serialization.registerClass(ResidualDense);
