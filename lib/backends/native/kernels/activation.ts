import type * as tf from '@tensorflow/tfjs';
import type { Activation } from 'unrolled-core';
import { withGradient } from 'unrolled-core/internal';
import type { NativeOps } from './nativeOps';

const names = { relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh' } as const;

/** f(z). */
export function activated(ops: NativeOps, z: tf.Tensor, activation: Activation): tf.Tensor {
  return activation === 'linear' ? z : ops.one(names[activation], [z]);
}

/**
 * dy f'(z), from y = f(z): ReluGrad (y > 0), SigmoidGrad (y (1 - y)), TanhGrad (1 - y^2).
 */
export function activationGradient(
  ops: NativeOps,
  dy: tf.Tensor,
  y: tf.Tensor,
  activation: Activation,
): tf.Tensor {
  if (activation === 'linear') return dy;
  const operands = activation === 'relu' ? [dy, y] : [y, dy];
  return ops.one(`${names[activation]}Grad`, operands);
}

/** f(z), with one op for the gradient. */
export function activate(ops: NativeOps, z: tf.Tensor, activation: Activation): tf.Tensor {
  return withGradient(activation, [z], ([z], save) => {
    const y = activated(ops, z, activation);
    save([y]);
    const gradFunc = (dy: tf.Tensor, [y]: tf.Tensor[]) =>
      activationGradient(ops, dy, y!, activation);
    return { value: y, gradFunc };
  });
}
