import * as tf from '@tensorflow/tfjs';
import { kernels } from '../kernels';
import { checkShapes } from './shapes';

/** An elementwise function whose derivative follows from its result. */
export type Activation = 'linear' | 'relu' | 'sigmoid' | 'tanh';

export const activations: readonly Activation[] = ['linear', 'relu', 'sigmoid', 'tanh'];

const plain = { relu: tf.relu, sigmoid: tf.sigmoid, tanh: tf.tanh };

/**
 * f(z), with one op for the gradient on the native backend.
 * @throws RangeError when z is not float32.
 */
export function activate<T extends tf.Tensor>(z: T, activation: Activation): T {
  checkShapes(activation, { z: [z, '...'] });
  if (activation === 'linear') return z;
  return (kernels().activate?.(z, activation) ?? plain[activation](z)) as T;
}

/** max(z, 0). */
export function relu<T extends tf.Tensor>(z: T): T {
  return activate(z, 'relu');
}

/** 1 / (1 + exp(-z)). */
export function sigmoid<T extends tf.Tensor>(z: T): T {
  return activate(z, 'sigmoid');
}
