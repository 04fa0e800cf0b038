import * as tf from '@tensorflow/tfjs';
import { type Activation, activateNatively, activationGradient } from './activation';
import { dense } from './dense';
import { type NativeOps, nativeOps } from './native';

/** The weights of a highway block with coupled gates. */
export interface HighwayWeights {
  /** W_H, [units, units] */
  kernel: tf.Tensor2D;
  /** b_H, [units] */
  bias: tf.Tensor1D;
  /** W_T, [units, units] */
  gateKernel: tf.Tensor2D;
  /** b_T, [units] */
  gateBias: tf.Tensor1D;
}

/**
 * y = H(x) T(x) + x (1 - T(x)), H(x) = f(x W_H + b_H), T(x) = sigmoid(x W_T + b_T)
 * (Srivastava, Greff and Schmidhuber 2015, equation 3).
 *
 * On the native backend the gradient is written out: with d = H - x, dH = dy T, dT = dy d,
 * dx = dy - dH + dz_H W_H^T + dz_T W_T^T.
 *
 * @param x [batch, units]
 * @returns [batch, units]
 */
export function highway(
  x: tf.Tensor2D,
  { kernel, bias, gateKernel, gateBias }: HighwayWeights,
  activation: Activation = 'relu',
): tf.Tensor2D {
  const ops = nativeOps();
  if (!ops) {
    const h = dense(x, kernel, bias, activation);
    const t = dense(x, gateKernel, gateBias, 'sigmoid');
    return tf.add(tf.mul(tf.sub(h, x), t), x);
  }
  const op = tf.customGrad((...args) => {
    const [x, kernel, bias, gateKernel, gateBias, save] = args as unknown as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.GradSaveFunc,
    ];
    const h = activateNatively(
      ops,
      ops.biasAdd(ops.matMul(x, kernel, false, false), bias),
      activation,
    );
    const t = ops.one('Sigmoid', [ops.biasAdd(ops.matMul(x, gateKernel, false, false), gateBias)]);
    const d = ops.one('Sub', [h, x]);
    const y = ops.one('AddV2', [ops.one('Mul', [d, t]), x]);
    save([x, kernel, gateKernel, h, t, d]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(ops, dy, saved, activation),
    };
  });
  return op(x, kernel, bias, gateKernel, gateBias) as tf.Tensor2D;
}

function gradient(
  ops: NativeOps,
  dy: tf.Tensor,
  saved: tf.Tensor[],
  activation: Activation,
): tf.Tensor[] {
  const [x, kernel, gateKernel, h, t, d] = saved as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const dh = ops.one('Mul', [dy, t]);
  const dzh = activationGradient(ops, dh, h, activation);
  const dzt = activationGradient(ops, ops.one('Mul', [dy, d]), t, 'sigmoid');
  const dx = ops.many(
    'AddN',
    [
      ops.one('Sub', [dy, dh]),
      ops.matMul(dzh, kernel, false, true),
      ops.matMul(dzt, gateKernel, false, true),
    ],
    1,
    [ops.count('N', 3)],
  );
  return [
    dx[0]!,
    ops.matMul(x, dzh, true, false),
    ops.biasAddGrad(dzh),
    ops.matMul(x, dzt, true, false),
    ops.biasAddGrad(dzt),
  ];
}
