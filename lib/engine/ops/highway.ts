import * as tf from '@tensorflow/tfjs';
import { engine } from '../compile/addon';
import { hasHighwayOps } from '../native';
import { type Activation, activateNatively } from './activation';
import { dense } from './dense';
import { type NativeOps, nativeOps } from './native';
import { withGradient } from './with-gradient';

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
 * On the CPU, with the ops of highway.cc: where no gradient is taken, the block is one op; where one
 * is, the products are TensorFlow's and what is elementwise between them is one op each way.
 *
 * @param x [batch, units]
 * @returns [batch, units]
 * @throws RangeError when the shapes do not fit.
 */
export function highway(
  x: tf.Tensor2D,
  { kernel, bias, gateKernel, gateBias }: HighwayWeights,
  activation: Activation = 'relu',
): tf.Tensor2D {
  const ops = nativeOps();
  checkShapes(x, { kernel, bias, gateKernel, gateBias });
  if (!ops || !hasHighwayOps()) {
    const h = dense(x, kernel, bias, activation);
    const t = dense(x, gateKernel, gateBias, 'sigmoid');
    return tf.add(tf.mul(tf.sub(h, x), t), x);
  }
  const weights = [kernel, bias, gateKernel, gateBias] as const;
  if (engine().state.gradientDepth === 0) {
    const attributes = [ops.text('activation', activation)];
    const [y] = ops.untyped('UnrolledHighway', [x, ...weights], 1, attributes);
    return y as tf.Tensor2D;
  }
  return withGradient([x, ...weights], ([x, kernel, bias, gateKernel, gateBias], save) => {
    const zh = ops.biasAdd(ops.matMul(x, kernel, false, false), bias);
    const zt = ops.biasAdd(ops.matMul(x, gateKernel, false, false), gateBias);
    const h = activateNatively(ops, zh, activation);
    const t = activateNatively(ops, zt, 'sigmoid');
    const [y] = ops.untyped('UnrolledHighwayMix', [x, h, t], 1) as [tf.Tensor];
    save([x, kernel, gateKernel, h, t]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(ops, dy, saved, activation),
    };
  }) as tf.Tensor2D;
}

/** States and blocks that are run in one op: {@link highwayPaths}. */
export interface Paths {
  /** How many states there are at the start, numbered from 0. */
  starts: number;
  /** In order: the number of a block, that of the state it reads, and that of the state it makes, which may be the same. */
  steps: (readonly [block: number, from: number, to: number])[];
  /** The states that are wanted. */
  ends: number[];
}

/** Whether {@link highwayPaths} can be called: on the CPU, with the ops of highway.cc. */
export function canRunPaths(): boolean {
  return nativeOps() !== undefined && hasHighwayOps();
}

/**
 * Runs highway blocks, as {@link highway} does one, on many states in one op, which keeps states in
 * the processor's cache from block to block. It has no gradient.
 *
 * @param x the states at the start, one after the other: [starts * batch, units]
 * @param blocks all of as many units as x has
 * @returns the states wanted, one after the other: [ends * batch, units]
 * @throws RangeError when the shapes do not fit.
 */
export function highwayPaths(
  x: tf.Tensor2D,
  blocks: readonly HighwayWeights[],
  activation: Activation,
  { starts, steps, ends }: Paths,
): tf.Tensor2D {
  const ops = nativeOps()!;
  for (const block of blocks) checkShapes(x, block);
  const weights = blocks.flatMap((b) => [b.kernel, b.bias, b.gateKernel, b.gateBias]);
  const [y] = ops.untyped('UnrolledHighwayPaths', [x, ...weights], 1, [
    ops.count('inputs', weights.length),
    ops.count('blocks', blocks.length),
    ops.count('starts', starts),
    ops.counts('steps', steps.flat()),
    ops.counts('ends', ends),
    ops.text('activation', activation),
  ]);
  return y as tf.Tensor2D;
}

/** The ops of highway.cc trust their shapes. */
function checkShapes(x: tf.Tensor, { kernel, bias, gateKernel, gateBias }: HighwayWeights): void {
  const units = x.shape[1] ?? 0;
  const shapes = [kernel, bias, gateKernel, gateBias].map(({ shape }) => shape.join());
  const wanted = [`${units},${units}`, `${units}`, `${units},${units}`, `${units}`];
  if (x.rank === 2 && shapes.every((shape, i) => shape === wanted[i])) return;
  throw new RangeError(
    `highway: x is [${x.shape.join()}], the weights are [${shapes.join('], [')}]; ` +
      'they are to be [batch, units] and [units, units], [units], [units, units], [units].',
  );
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
  const [dx] = ops.many('AddN', parts, 1, [ops.count('N', 3)]) as [tf.Tensor];
  return [
    dx,
    ops.matMul(x, dzh, true, false),
    ops.biasAddGrad(dzh),
    ops.matMul(x, dzt, true, false),
    ops.biasAddGrad(dzt),
  ];
}
