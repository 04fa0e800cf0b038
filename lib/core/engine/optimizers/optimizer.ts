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
   * @param clipNorm c, if gradients are clipped: they are multiplied by min(1, c / |g|), |g| the norm of
   *   all of them together (Pascanu, Mikolov and Bengio 2013, algorithm 1)
   * @returns the loss before the step
   */
  minimize(loss: () => tf.Scalar, rate: tf.Scalar, clipNorm?: number): tf.Scalar {
    const { value, grads } = tf.variableGrads(loss, [...this.variables]);
    tf.tidy(() => {
      const factor = clipNorm === undefined ? undefined : clippingFactor(grads, clipNorm);
      this.variables.forEach((variable, index) => {
        const gradient = grads[variable.name];
        if (!gradient) return;
        this.apply(index, factor ? tf.mul(gradient, factor) : gradient, rate);
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

function clippingFactor(gradients: tf.NamedTensorMap, clipNorm: number): tf.Tensor {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  const norm = tf.sqrt(tf.addN(squares));
  return tf.div(clipNorm, tf.maximum(norm, clipNorm));
}

/** A variable of zeros, shaped like each of `variables`. */
export function slots(variables: readonly tf.Variable[]): tf.Variable[] {
  return variables.map((variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)));
}
