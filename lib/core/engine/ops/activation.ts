import * as tf from '@tensorflow/tfjs';
import { checkShapes } from './shapes';

/** An elementwise function whose derivative follows from its result. */
export type Activation = 'linear' | 'relu' | 'sigmoid' | 'tanh';

export const activations: readonly Activation[] = ['linear', 'relu', 'sigmoid', 'tanh'];

const plain = { relu: tf.relu, sigmoid: tf.sigmoid, tanh: tf.tanh };

/**
 * f(z).
 * @throws RangeError when z is not float32.
 */
export function activate<T extends tf.Tensor>(z: T, activation: Activation): T {
  checkShapes(activation, { z: [z, '...'] });
  return activation === 'linear' ? z : plain[activation](z);
}

/** max(z, 0). */
export function relu<T extends tf.Tensor>(z: T): T {
  return activate(z, 'relu');
}

/** 1 / (1 + exp(-z)). */
export function sigmoid<T extends tf.Tensor>(z: T): T {
  return activate(z, 'sigmoid');
}
