import * as tf from '@tensorflow/tfjs';
import { Optimizer } from './optimizer';
import { update } from './update';

class Sgd extends Optimizer {
  readonly state: readonly tf.Variable[] = [];

  constructor(
    variables: readonly tf.Variable[],
    private readonly weightDecay: number,
  ) {
    super(variables);
  }

  protected apply(index: number, gradient: tf.Tensor, rate: tf.Scalar): void {
    const w = this.variables[index]!;
    const g = decayed(gradient, w, this.weightDecay);
    update('ResourceApplyGradientDescent', [w, rate, g], [w], () =>
      w.assign(tf.sub(w, tf.mul(rate, g))),
    );
  }
}

/** g + decay w, the gradient of the loss plus decay |w|^2 / 2. */
export function decayed(gradient: tf.Tensor, w: tf.Variable, decay: number): tf.Tensor {
  return decay === 0 ? gradient : tf.add(gradient, tf.mul(w, decay));
}

/**
 * Stochastic gradient descent: g' = g + weightDecay w, w <- w - rate g'.
 */
export function sgd(variables: readonly tf.Variable[], { weightDecay = 0 } = {}): Optimizer {
  return new Sgd(variables, weightDecay);
}
