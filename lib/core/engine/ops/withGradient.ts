import * as tf from '@tensorflow/tfjs';
import { takesGradient } from '../tfjs';

/** What an op gives: its value, and the gradients by its inputs from that by its value and from what it saved. */
export interface Differentiable {
  value: tf.Tensor;
  gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
}

/**
 * `compute` of `inputs` with the gradient that it says: tf.customGrad, typed. A gradient of that
 * gradient would leave out how it depends on what was saved.
 * @throws Error when a second gradient is taken; the message names `op`.
 */
export function withGradient<const X extends readonly tf.Tensor[]>(
  op: string,
  inputs: X,
  compute: (inputs: X, save: tf.GradSaveFunc) => Differentiable,
): tf.Tensor {
  const differentiable = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const { value, gradFunc } = compute(args.slice(0, -1) as unknown as X, save);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        if (!takesGradient()) return gradFunc(dy, saved);
        throw new Error(
          `${op} has no second gradient on the backend ${tf.getBackend()}. Take differences of ` +
            "gradients, or put tfjs's own ops in its place.",
        );
      },
    };
  });
  return differentiable(...inputs);
}
