import type * as tf from '@tensorflow/tfjs';
import type { Activation, HighwayWeights } from 'unrolled-core';
import { type Paths, takesGradient, withGradient } from 'unrolled-core/internal';
import { activated } from './activation';
import type { NativeOps } from './nativeOps';

/**
 * A highway block by the ops of highway.cc, which trust their shapes. Where no gradient is taken, the
 * block is one op; where one is, the products are TensorFlow's and what is elementwise between them is
 * one op each way.
 */
export function highway(
  ops: NativeOps,
  x: tf.Tensor2D,
  { kernel, bias, gateKernel, gateBias }: HighwayWeights,
  activation: Activation,
): tf.Tensor2D {
  const weights = [kernel, bias, gateKernel, gateBias] as const;
  if (!takesGradient()) {
    const attributes = [ops.text('activation', activation)];
    const [y] = ops.untyped('UnrolledHighway', [x, ...weights], 1, attributes);
    return y as tf.Tensor2D;
  }
  return withGradient(
    'highway',
    [x, ...weights],
    ([x, kernel, bias, gateKernel, gateBias], save) => {
      const zh = ops.biasAdd(ops.matMul(x, kernel, false, false), bias);
      const zt = ops.biasAdd(ops.matMul(x, gateKernel, false, false), gateBias);
      const h = activated(ops, zh, activation);
      const t = activated(ops, zt, 'sigmoid');
      const [y] = ops.untyped('UnrolledHighwayMix', [x, h, t], 1) as [tf.Tensor];
      save([x, kernel, gateKernel, h, t]);
      return {
        value: y,
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(ops, dy, saved, activation),
      };
    },
  ) as tf.Tensor2D;
}

/** Highway blocks on many states in one op of highway.cc. */
export function highwayPaths(
  ops: NativeOps,
  x: tf.Tensor2D,
  blocks: readonly HighwayWeights[],
  activation: Activation,
  { starts, steps, ends }: Paths,
): tf.Tensor2D {
  const weights = blocks.flatMap((b) => [b.kernel, b.bias, b.gateKernel, b.gateBias]);
  const [y] = ops.untyped('UnrolledHighwayPaths', [x, ...weights], 1, [
    ops.integer('inputs', weights.length),
    ops.integer('blocks', blocks.length),
    ops.integer('starts', starts),
    ops.integer('steps', steps.flat()),
    ops.integer('ends', ends),
    ops.text('activation', activation),
  ]);
  return y as tf.Tensor2D;
}

/** dx = dy (1 - T) + dz_H W_H^T + dz_T W_T^T and the gradients of the weights. */
function gradient(
  ops: NativeOps,
  dy: tf.Tensor,
  saved: tf.Tensor[],
  activation: Activation,
): tf.Tensor[] {
  const [x, kernel, gateKernel, h, t] = saved as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const attributes = [ops.text('activation', activation)];
  const [carried, dzh, dzt] = ops.untyped(
    'UnrolledHighwayMixGrad',
    [dy, x, h, t],
    3,
    attributes,
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const parts = [
    carried,
    ops.matMul(dzh, kernel, false, true),
    ops.matMul(dzt, gateKernel, false, true),
  ];
  const [dx] = ops.many('AddN', parts, 1, [ops.integer('N', 3)]) as [tf.Tensor];
  return [
    dx,
    ops.matMul(x, dzh, true, false),
    ops.biasAddGrad(dzh),
    ops.matMul(x, dzt, true, false),
    ops.biasAddGrad(dzt),
  ];
}
