import * as tf from '@tensorflow/tfjs';
import { kernels } from '../kernels';
import type { Activation } from './activation';
import { dense } from './dense';
import { checkShapes } from './shapes';

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
  weights: HighwayWeights,
  activation: Activation = 'relu',
): tf.Tensor2D {
  checkWeights(x, weights);
  const native = kernels().highway?.(x, weights, activation);
  if (native) return native;
  const h = dense(x, weights.kernel, weights.bias, activation);
  const t = dense(x, weights.gateKernel, weights.gateBias, 'sigmoid');
  return tf.add(tf.mul(tf.sub(h, x), t), x);
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
  return kernels().highwayPaths !== undefined;
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
  paths: Paths,
): tf.Tensor2D {
  for (const block of blocks) checkWeights(x, block);
  return kernels().highwayPaths!(x, blocks, activation, paths);
}

function checkWeights(x: tf.Tensor, { kernel, bias, gateKernel, gateBias }: HighwayWeights): void {
  checkShapes('highway', {
    x: [x, 'batch', 'units'],
    kernel: [kernel, 'units', 'units'],
    bias: [bias, 'units'],
    gateKernel: [gateKernel, 'units', 'units'],
    gateBias: [gateBias, 'units'],
  });
}
