import * as tf from '@tensorflow/tfjs';

/** Minimizes a loss by changing variables; usable eagerly and inside `compile`. */
export abstract class Optimizer {
  /** @param variables what is optimized */
  constructor(protected readonly variables: readonly tf.Variable[]) {}

  /** The optimizer's own variables, such as velocities: to be saved with the weights. */
  abstract readonly state: readonly tf.Variable[];

  /** Changes the optimized variable at `index` along its gradient. */
  protected abstract apply(index: number, gradient: tf.Tensor, rate: tf.Scalar): void;

  /** Called once a step, after all variables have changed. */
  protected advance(): void {}

  /**
   * One step: the loss, its gradients, and the update. A variable that the loss does not depend on
   * keeps its value.
   *
   * @param loss computes the loss from the variables
   * @param rate the learning rate, a scalar tensor, so that a schedule does not record again
   * @returns the loss before the step
   */
  minimize(loss: () => tf.Scalar, rate: tf.Scalar): tf.Scalar {
    const { value, grads } = tf.variableGrads(loss, [...this.variables]);
    tf.tidy(() => {
      this.variables.forEach((variable, index) => {
        const gradient = grads[variable.name];
        if (gradient) this.apply(index, gradient, rate);
      });
      this.advance();
    });
    tf.dispose(grads);
    return value;
  }

  /** Frees the optimizer's own variables. */
  dispose(): void {
    tf.dispose([...this.state]);
  }
}

/** A variable of zeros, shaped like each of `variables`. */
export function slots(variables: readonly tf.Variable[]): tf.Variable[] {
  return variables.map((variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)));
}
