import * as tf from '@tensorflow/tfjs';
import { kernels } from '../kernels';
import { type Activation, activate } from './activation';
import { checkShapes } from './shapes';

/**
 * f(x W + b).
 *
 * On the native backend the gradient is one op each: with dz = dy f'(z), dx = dz W^T and
 * dW = x^T dz as products with transpose flags, db = BiasAddGrad(dz).
 *
 * @param x [batch, inputs]
 * @param kernel W, [inputs, units]
 * @param bias b, [units]
 * @returns [batch, units]
 * @throws RangeError when the shapes do not fit.
 */
export function dense(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor1D,
  activation: Activation = 'linear',
): tf.Tensor2D {
  checkShapes('dense', {
    x: [x, 'batch', 'inputs'],
    kernel: [kernel, 'inputs', 'units'],
    bias: [bias, 'units'],
  });
  return (
    kernels().dense?.(x, kernel, bias, activation) ??
    activate(tf.add(tf.matMul(x, kernel), bias), activation)
  );
}
