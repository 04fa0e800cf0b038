import * as tf from '@tensorflow/tfjs';
import { type Activation, activate, activateNatively, activationGradient } from './activation';
import { nativeOps } from './native';
import { withGradient } from './with-gradient';

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
 */
export function dense(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor1D,
  activation: Activation = 'linear',
): tf.Tensor2D {
  const ops = nativeOps();
  if (!ops) return activate(tf.add(tf.matMul(x, kernel), bias), activation);
  return withGradient([x, kernel, bias], ([x, kernel, bias], save) => {
    const z = ops.biasAdd(ops.matMul(x, kernel, false, false), bias);
    const y = activateNatively(ops, z, activation);
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
