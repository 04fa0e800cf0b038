import * as tf from '@tensorflow/tfjs';
import { dense } from '../engine';
import { always } from '../engine/ops/conditional';
import { matrix, pointwise, vector, type Affine } from './affine';
import {
  addAffinity,
  addStatistics,
  batchNormOptions,
  centre,
  normalize,
  withDefaults,
  type AddWeight,
  type BatchNormOptions,
} from './batchNorm';
import type { Parts } from './block';
import { DenseBlock, type DenseBlockArgs } from './denseBlock';

/** What is done to a state before its activation. */
export type DenseNorm = 'batch' | 'centre' | 'none';

const norms: readonly DenseNorm[] = ['batch', 'centre', 'none'];

/** What a {@link PreActivationDense} takes. */
export interface PreActivationDenseArgs extends DenseBlockArgs {
  /** N: batch normalization, the mean taken off, or nothing. Default `batch`. */
  norm?: DenseNorm;
  /** c, the share of its input that the block carries; 0 makes a plain layer. Default 1. */
  carry?: number;
  /** a, a finite constant, not 0, that scales the branch. Default 1. */
  branchScale?: number;
  /** The constants of the batch norm; the momentum is also that of `centre`. */
  batchNorm?: BatchNormOptions;
}

/**
 * A dense block whose norm and activation come before its weights (He, Zhang, Ren and Sun 2016b;
 * Balduzzi et al. 2017, section 3):
 *
 *     y = c x + a (f(N(x)) W + b)
 *
 * with x [batch, inputs], W [inputs, units], b [units], y [batch, units]. With c = 0 it is a plain layer,
 * with c = 1 a residual block, with c^2 + a^2 = 1 the highway layer of constant gates of Balduzzi et al.,
 * section 3.4. Unless c = 0 the input is as wide as the output. Its candidate is f(N(x)) W + b, its
 * transform a, its carry c. Weights, in order: `gamma` and `beta` of a batch norm, `moving_mean` and
 * `moving_variance` of either norm, `kernel`, `bias`.
 */
export class PreActivationDense extends DenseBlock {
  /** @nocollapse */
  static className = 'PreActivationDense';

  private readonly norm: DenseNorm;
  private readonly carry: number;
  private readonly branchScale: number;
  private readonly batchNorm: Required<BatchNormOptions>;
  private readonly activate: (x: tf.Tensor2D) => tf.Tensor2D;
  private normalized!: (x: tf.Tensor2D, training: boolean) => tf.Tensor2D;
  private weightsH?: Affine;

  /**
   * @throws RangeError when `units` is not a positive integer, `norm` is unknown, `carry` is not finite, or
   *   `branchScale` is 0 or not finite.
   */
  constructor(args: PreActivationDenseArgs) {
    super(args, ['norm', 'carry', 'branchScale', 'batchNorm']);
    const { norm = 'batch', carry = 1, branchScale = 1, batchNorm = {} } = args;
    this.norm = this.oneOf('norm', norm, norms);
    this.carry = this.finite('carry', carry);
    this.branchScale = this.scaling('branchScale', branchScale);
    this.activate = pointwise(this.activation);
    this.batchNorm = withDefaults(this.known('batchNorm', batchNorm, batchNormOptions));
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = this.check(inputShape as tf.Shape);
    this.normalized = this.addNorm(inputs);
    this.weightsH = this.addAffine(0, inputs);
    super.build(inputShape);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { norm, carry, branchScale, batchNorm } = this;
    return { ...super.getConfig(), norm, carry, branchScale, batchNorm: { ...batchNorm } };
  }

  protected override forward(x: tf.Tensor2D, training: boolean): tf.Tensor {
    return this.sum(x, this.candidate(x, training));
  }

  protected override terms(x: tf.Tensor2D): Omit<Parts, 'update'> {
    const candidate = this.candidate(x, false);
    return {
      candidate,
      transform: tf.fill(candidate.shape, this.branchScale),
      carry: tf.fill(candidate.shape, this.carry),
      output: this.sum(x, candidate),
    };
  }

  protected override misfit(width: number): string | undefined {
    if (this.carry !== 0) return this.ownWidth(width);
    const inputs = this.weightsH?.kernel.shape[0];
    if (inputs === undefined || inputs === width) return undefined;
    return `it was built for [batch, ${inputs}]; its kernel has shape [${inputs}, ${this.units}]`;
  }

  private candidate(x: tf.Tensor2D, training: boolean): tf.Tensor2D {
    const { kernel, bias } = this.weightsH!;
    const active = this.activate(this.normalized(x, training));
    return dense(active, matrix(kernel), vector(bias));
  }

  private sum(x: tf.Tensor2D, candidate: tf.Tensor2D): tf.Tensor {
    const { carry, branchScale } = this;
    const branch = branchScale === 1 ? candidate : tf.mul(candidate, branchScale);
    if (carry === 0) return branch.clone();
    return tf.add(carry === 1 ? x : tf.mul(x, carry), branch);
  }

  private addNorm(inputs: number): (x: tf.Tensor2D, training: boolean) => tf.Tensor2D {
    if (this.norm === 'none') return (x) => x;
    const add: AddWeight = (name, shape, initializer, trainable) =>
      this.addWeight(name, shape, 'float32', initializer, undefined, trainable);
    const affinity = this.norm === 'batch' ? addAffinity(add, inputs, this.batchNorm) : undefined;
    const normalizer = { statistics: addStatistics(add, inputs), ...this.batchNorm };
    return (x, training) => {
      const pass = { training, branch: always };
      return affinity
        ? normalize(x, { affinity, ...normalizer }, pass)
        : centre(x, normalizer, pass);
    };
  }
}

tf.serialization.registerClass(PreActivationDense);
