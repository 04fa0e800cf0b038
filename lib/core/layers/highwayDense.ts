import * as tf from '@tensorflow/tfjs';
import { highway, type Activation, type HighwayWeights } from '../engine';
import { affine, isNative, matrix, vector, type Affine } from './affine';
import type { Parts } from './block';
import { DenseBlock, type DenseBlockArgs } from './denseBlock';

const { constant } = tf.initializers;

/** Which gates a {@link HighwayDense} has. */
export type Gates = 'coupled' | 'full' | 'carry-only' | 'transform-only';

const allGates: readonly Gates[] = ['coupled', 'full', 'carry-only', 'transform-only'];

/** What a {@link HighwayDense} takes. */
export interface HighwayDenseArgs extends DenseBlockArgs {
  /** Which gates the layer has. Default `coupled`. */
  gates?: Gates;
  /**
   * Where each unit's transform bias b_T starts: negative, so that the layer first carries. Default
   * -2, as on MNIST in Srivastava, Greff and Schmidhuber 2015, Figure 2.
   */
  transformBias?: number;
  /**
   * Where each unit's carry bias b_C starts; read with `full` and `carry-only` gates. Default
   * `-transformBias`: a gate of zero input starts at C = 1 - T.
   */
  carryBias?: number;
}

/**
 * A highway layer (Srivastava, Greff and Schmidhuber 2015, equations 2 and 3; the other gates:
 * Greff, Srivastava and Schmidhuber 2017, section 6.2):
 *
 *     H(x) = f(x W_H + b_H)
 *     T(x) = sigmoid(x W_T + b_T)
 *     C(x) = sigmoid(x W_C + b_C)
 *
 *     coupled          y = H(x) T(x) + x (1 - T(x)), computed as x + T(x) (H(x) - x)
 *     full             y = H(x) T(x) + x C(x)
 *     carry-only       y = H(x) + x C(x)
 *     transform-only   y = H(x) T(x) + x
 *
 * with x and y [batch, units], each W [units, units], each b [units]. Weights, in order: `kernel`,
 * `bias` and, where the layer has the gate, `transform_kernel`, `transform_bias`, `carry_kernel`,
 * `carry_bias`. The input is as wide as the output; a PlainDense changes the width.
 */
export class HighwayDense extends DenseBlock {
  /** @nocollapse */
  static className = 'HighwayDense';

  /** Which gates the layer has. */
  readonly gates: Gates;
  private readonly initialTransformBias: number;
  private readonly initialCarryBias: number;
  private readonly sigmoid = affine('sigmoid');
  private candidate!: Affine;
  private transform?: Affine;
  private carry?: Affine;

  /** @throws RangeError when `units` is not a positive integer, or `gates` is unknown. */
  constructor(args: HighwayDenseArgs) {
    super(args, ['gates', 'transformBias', 'carryBias']);
    this.gates = this.oneOf('gates', args.gates ?? 'coupled', allGates);
    this.initialTransformBias = args.transformBias ?? -2;
    this.initialCarryBias = args.carryBias ?? -this.initialTransformBias;
  }

  /** b_T, [units]; nothing with `carry-only` gates, and before the layer is built. */
  get transformBias(): tf.Tensor1D | undefined {
    return this.transform && vector(this.transform.bias);
  }

  /** What the engine's `highway` takes; nothing where gates are not coupled or the activation is not its. */
  get native(): { weights: HighwayWeights; activation: Activation } | undefined {
    const { activation, candidate, transform } = this;
    if (this.gates !== 'coupled' || !isNative(activation)) return undefined;
    const weights = {
      kernel: matrix(candidate.kernel),
      bias: vector(candidate.bias),
      gateKernel: matrix(transform!.kernel),
      gateBias: vector(transform!.bias),
    };
    return { weights, activation };
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { units, gates } = this;
    this.check(inputShape as tf.Shape);
    const gate = (prefix: string, i: number, value: number) =>
      this.addAffine(i, units, (weight) => `${prefix}_${weight}`, constant({ value }));
    this.candidate = this.addAffine(0, units);
    if (gates !== 'carry-only') this.transform = gate('transform', 1, this.initialTransformBias);
    if (gates === 'full' || gates === 'carry-only') {
      this.carry = gate('carry', 2, this.initialCarryBias);
    }
    super.build(inputShape);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      gates: this.gates,
      transformBias: this.initialTransformBias,
      carryBias: this.initialCarryBias,
    };
  }

  protected override forward(x: tf.Tensor2D): tf.Tensor {
    const { native } = this;
    return native ? highway(x, native.weights, native.activation) : this.terms(x).output;
  }

  protected override terms(x: tf.Tensor2D): Omit<Parts, 'update'> {
    const candidate = this.f(x, this.candidate);
    const transform = this.transform ? this.sigmoid(x, this.transform) : tf.onesLike(x);
    if (this.gates === 'coupled') {
      const output = tf.add(tf.mul(tf.sub(candidate, x), transform), x);
      return { candidate, transform, carry: tf.sub(1, transform), output };
    }
    const carry = this.carry ? this.sigmoid(x, this.carry) : tf.onesLike(x);
    const output = tf.add(
      this.transform ? tf.mul(candidate, transform) : candidate,
      this.carry ? tf.mul(x, carry) : x,
    );
    return { candidate, transform, carry, output };
  }

  protected override misfit(width: number): string | undefined {
    return this.ownWidth(width);
  }
}

tf.serialization.registerClass(HighwayDense);
