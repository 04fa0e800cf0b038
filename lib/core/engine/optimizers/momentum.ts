import * as tf from '@tensorflow/tfjs';
import { Optimizer, slots } from './optimizer';
import { decayed } from './sgd';
import { update } from './update';

class Momentum extends Optimizer {
  readonly state: readonly tf.Variable[];

  constructor(
    variables: readonly tf.Variable[],
    private readonly options: Required<MomentumOptions>,
  ) {
    super(variables);
    this.state = slots(variables);
  }

  protected apply(index: number, gradient: tf.Tensor, rate: tf.Scalar): void {
    const { momentum, nesterov, weightDecay } = this.options;
    const w = this.variables[index]!;
    const v = this.state[index]!;
    const g = decayed(gradient, w, weightDecay);
    const inputs = [w, v, rate, g, tf.scalar(momentum)];
    const compute = () => {
      v.assign(tf.add(tf.mul(v, momentum), g));
      const direction = nesterov ? tf.add(g, tf.mul(v, momentum)) : v;
      w.assign(tf.sub(w, tf.mul(rate, direction)));
    };
    update('ResourceApplyMomentum', inputs, [w, v], compute, { use_nesterov: nesterov });
  }
}

/** The constants of {@link momentum}. */
export interface MomentumOptions {
  /** m, the share of the velocity that a step keeps; 0.9 by default */
  momentum?: number;
  /** whether the step looks ahead */
  nesterov?: boolean;
  /** the factor of |w|^2 / 2 in the loss */
  weightDecay?: number;
}

/**
 * Gradient descent with momentum (Polyak 1964): g' = g + weightDecay w, v <- m v + g',
 * w <- w - rate v; with `nesterov` w <- w - rate (g' + m v) (Sutskever et al. 2013, section 2).
 */
export function momentum(
  variables: readonly tf.Variable[],
  { momentum = 0.9, nesterov = false, weightDecay = 0 }: MomentumOptions = {},
): Optimizer {
  return new Momentum(variables, { momentum, nesterov, weightDecay });
}

/** {@link momentum} that looks ahead. */
export function nesterov(
  variables: readonly tf.Variable[],
  options: Omit<MomentumOptions, 'nesterov'> = {},
): Optimizer {
  return momentum(variables, { ...options, nesterov: true });
}
