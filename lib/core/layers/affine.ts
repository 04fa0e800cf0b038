import * as tf from '@tensorflow/tfjs';
import { activate, dense, type Activation } from '../engine';
import { activations } from '../engine/ops/activation';

/** The name of an activation of tfjs: `relu`, `tanh`, `sigmoid`, `linear`, `elu` and so on. */
export type ActivationIdentifier = NonNullable<Parameters<typeof tf.layers.dense>[0]['activation']>;

/** The weights of one f(x W + b): W, [inputs, units], and b, [units]. */
export interface Affine {
  kernel: tf.LayerVariable;
  bias: tf.LayerVariable;
}

/** Whether the engine has `activation` as one op with its gradient. */
export function isNative(activation: ActivationIdentifier): activation is Activation {
  return (activations as readonly string[]).includes(activation);
}

/**
 * f(x W + b) as a function of x, [batch, inputs], and of the weights.
 *
 * @param activation f
 * @throws Error when tfjs has no such activation.
 */
export function affine(
  activation: ActivationIdentifier,
): (x: tf.Tensor2D, weights: Affine) => tf.Tensor2D {
  if (isNative(activation)) {
    return (x, { kernel, bias }) => dense(x, matrix(kernel), vector(bias), activation);
  }
  const f = tf.layers.activation({ activation });
  return (x, { kernel, bias }) => f.apply(dense(x, matrix(kernel), vector(bias))) as tf.Tensor2D;
}

/**
 * f of each number.
 * @throws Error when tfjs has no such activation.
 */
export function pointwise(activation: ActivationIdentifier): (x: tf.Tensor2D) => tf.Tensor2D {
  if (isNative(activation)) return (x) => activate(x, activation);
  const f = tf.layers.activation({ activation });
  return (x) => f.apply(x) as tf.Tensor2D;
}

/** The value of a kernel. */
export function matrix(kernel: tf.LayerVariable): tf.Tensor2D {
  return kernel.read() as tf.Tensor2D;
}

/** The value of a bias. */
export function vector(bias: tf.LayerVariable): tf.Tensor1D {
  return bias.read() as tf.Tensor1D;
}
