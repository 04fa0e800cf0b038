import * as tf from '@tensorflow/tfjs';

/** What an op gives: its value, and the gradients by its inputs from that by its value and from what it saved. */
export interface Differentiable {
  value: tf.Tensor;
  gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
}

/** `compute` of `inputs` with the gradient that it says: tf.customGrad, typed. */
export function withGradient<const X extends readonly tf.Tensor[]>(
  inputs: X,
  compute: (inputs: X, save: tf.GradSaveFunc) => Differentiable,
): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    return compute(args.slice(0, -1) as unknown as X, save);
  });
  return op(...inputs);
}
