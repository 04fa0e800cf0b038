import * as tf from '@tensorflow/tfjs';
import { type NativeOps, nativeOps } from './native';
import { withGradient } from './with-gradient';

/** An elementwise function whose derivative follows from its result. */
export type Activation = 'linear' | 'relu' | 'sigmoid' | 'tanh';

const kernels = { relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh' } as const;

const plain = { relu: tf.relu, sigmoid: tf.sigmoid, tanh: tf.tanh };

/** f(z) by the native kernel. */
export function activateNatively(ops: NativeOps, z: tf.Tensor, activation: Activation): tf.Tensor {
  return activation === 'linear' ? z : ops.one(kernels[activation], [z]);
}

/**
 * dy f'(z) by the native kernel, from y = f(z): ReluGrad (y > 0), SigmoidGrad (y (1 - y)),
 * TanhGrad (1 - y^2).
 */
export function activationGradient(
  ops: NativeOps,
  dy: tf.Tensor,
  y: tf.Tensor,
  activation: Activation,
): tf.Tensor {
  if (activation === 'linear') return dy;
  const operands = activation === 'relu' ? [dy, y] : [y, dy];
  return ops.one(`${kernels[activation]}Grad`, operands);
}

/** f(z), with one op for the gradient on the native backend. */
export function activate<T extends tf.Tensor>(z: T, activation: Activation): T {
  if (activation === 'linear') return z;
  const ops = nativeOps();
  if (!ops) return plain[activation](z);
  return withGradient([z], ([z], save) => {
    const y = activateNatively(ops, z, activation);
    save([y]);
    const gradFunc = (dy: tf.Tensor, [y]: tf.Tensor[]) =>
      activationGradient(ops, dy, y!, activation);
    return { value: y, gradFunc };
  }) as T;
}

/** max(z, 0). */
export function relu<T extends tf.Tensor>(z: T): T {
  return activate(z, 'relu');
}

/** 1 / (1 + exp(-z)). */
export function sigmoid<T extends tf.Tensor>(z: T): T {
  return activate(z, 'sigmoid');
}
