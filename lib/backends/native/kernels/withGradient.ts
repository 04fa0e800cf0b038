import type * as tf from '@tensorflow/tfjs';
import { takesGradient, withGradient, type Differentiable } from 'unrolled-core/internal';

/**
 * `compute` of `inputs` with the gradient that it says, whose kernels have no gradient themselves.
 * @throws Error when a gradient of the gradient is taken; the message names `op`.
 */
export function withFirstGradient<const X extends readonly tf.Tensor[]>(
  op: string,
  inputs: X,
  compute: (inputs: X, save: tf.GradSaveFunc) => Differentiable,
): tf.Tensor {
  return withGradient(inputs, (inputs, save) => {
    const { value, gradFunc } = compute(inputs, save);
    return {
      value,
      gradFunc: (dy, saved) => {
        if (!takesGradient()) return gradFunc(dy, saved);
        throw new Error(
          `${op} has no second gradient on the backend tensorflow. Take the gradient of a gradient ` +
            "on another, such as after tf.setBackend('cpu').",
        );
      },
    };
  });
}
