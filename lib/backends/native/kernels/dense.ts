import type * as tf from '@tensorflow/tfjs';
import type { Activation } from 'unrolled-core';
import { withGradient } from 'unrolled-core/internal';
import { activated, activationGradient } from './activation';
import type { NativeOps } from './nativeOps';

/**
 * f(x W + b) with one op for each gradient: with dz = dy f'(z), dx = dz W^T and dW = x^T dz as
 * products with transpose flags, db = BiasAddGrad(dz).
 */
export function dense(
  ops: NativeOps,
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor1D,
  activation: Activation,
): tf.Tensor2D {
  return withGradient('dense', [x, kernel, bias], ([x, kernel, bias], save) => {
    const z = ops.biasAdd(ops.matMul(x, kernel, false, false), bias);
    const y = activated(ops, z, activation);
    save([x, kernel, y]);
    const gradFunc = (dy: tf.Tensor, [x, kernel, y]: tf.Tensor[]) => {
      const dz = activationGradient(ops, dy, y!, activation);
      return [
        ops.matMul(dz, kernel!, false, true),
        ops.matMul(x!, dz, true, false),
        ops.biasAddGrad(dz),
      ];
    };
    return { value: y, gradFunc };
  }) as tf.Tensor2D;
}
