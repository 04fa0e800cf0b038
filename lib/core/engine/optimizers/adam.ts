import * as tf from '@tensorflow/tfjs';
import { Optimizer, slots } from './optimizer';
import { update } from './update';

class Adam extends Optimizer {
  readonly state: readonly tf.Variable[];
  private readonly means: tf.Variable[];
  private readonly squares: tf.Variable[];
  private readonly power1: tf.Variable;
  private readonly power2: tf.Variable;

  constructor(
    variables: readonly tf.Variable[],
    private readonly options: Required<AdamOptions>,
  ) {
    super(variables);
    this.means = slots(variables);
    this.squares = slots(variables);
    this.power1 = tf.tidy(() => tf.variable(tf.scalar(options.beta1), false));
    this.power2 = tf.tidy(() => tf.variable(tf.scalar(options.beta2), false));
    this.state = [...this.means, ...this.squares, this.power1, this.power2];
  }

  protected apply(index: number, g: tf.Tensor, rate: tf.Scalar): void {
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    const { power1, power2 } = this;
    const w = this.variables[index]!;
    const m = this.means[index]!;
    const v = this.squares[index]!;
    if (weightDecay !== 0) w.assign(tf.sub(w, tf.mul(w, tf.mul(rate, weightDecay))));
    const constants = [beta1, beta2, epsilon].map((value) => tf.scalar(value));
    const compute = () => {
      m.assign(tf.add(m, tf.mul(tf.sub(g, m), 1 - beta1)));
      v.assign(tf.add(v, tf.mul(tf.sub(tf.square(g), v), 1 - beta2)));
      const scale = tf.div(tf.mul(rate, tf.sqrt(tf.sub(1, power2))), tf.sub(1, power1));
      w.assign(tf.sub(w, tf.div(tf.mul(m, scale), tf.add(tf.sqrt(v), epsilon))));
    };
    update(
      'ResourceApplyAdam',
      [w, m, v, power1, power2, rate, ...constants, g],
      [w, m, v],
      compute,
    );
  }

  protected override advance(): void {
    this.power1.assign(tf.mul(this.power1, this.options.beta1));
    this.power2.assign(tf.mul(this.power2, this.options.beta2));
  }
}

/** The constants of {@link adam}. */
export interface AdamOptions {
  /** the share of the mean gradient that a step keeps; 0.9 by default */
  beta1?: number;
  /** the share of the mean squared gradient that a step keeps; 0.999 by default */
  beta2?: number;
  /** added to the root mean square; 1e-8 by default */
  epsilon?: number;
  /** the decay of the weights per unit of learning rate */
  weightDecay?: number;
}

/**
 * Adam (Kingma and Ba 2015, end of section 2) with decoupled weight decay (Loshchilov and Hutter
 * 2019, algorithm 2): w <- w - rate weightDecay w, m <- b1 m + (1 - b1) g,
 * v <- b2 v + (1 - b2) g^2, w <- w - rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon).
 */
export function adam(
  variables: readonly tf.Variable[],
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamOptions = {},
): Optimizer {
  return new Adam(variables, { beta1, beta2, epsilon, weightDecay });
}
