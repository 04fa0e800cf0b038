import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../../../lib/core/engine';
import { loadNative } from '../../../lib/backends/native/load';

beforeAll(async () => {
  await loadNative();
});

type Op = (x: tf.Tensor2D) => tf.Tensor;

const image = (x: tf.Tensor2D) => tf.reshape<tf.Rank.R4>(x, [1, 4, 4, 2]);
const kernel = (...shape: number[]) =>
  tf.reshape(tf.linspace(-1, 1, tf.util.sizeFromShape(shape)), shape);
const integers = (x: tf.Tensor2D) => tf.cast(tf.abs(tf.mul(x, 2)), 'int32');

/** Ops of tfjs that a net, a loss or a probe may use, on a matrix [4, 8]. */
const ops: Record<string, Op> = {
  abs: (x) => tf.abs(x),
  argMax: (x) => tf.argMax(x, 1),
  argMin: (x) => tf.argMin(x, 0),
  avgPool: (x) => tf.avgPool(image(x), 2, 2, 'same'),
  batchNorm: (x) => tf.batchNorm(x, kernel(8), tf.abs(kernel(8)), kernel(8), kernel(8)),
  cast: (x) => tf.cast(tf.cast(x, 'int32'), 'float32'),
  clip: (x) => tf.clipByValue(x, -0.5, 0.5),
  concat: (x) => tf.concat([x, x], 1),
  conv2d: (x) => tf.conv2d(image(x), kernel(3, 3, 2, 5) as tf.Tensor4D, 1, 'same'),
  cumsum: (x) => tf.cumsum(x, 1),
  depthwise: (x) => tf.depthwiseConv2d(image(x), kernel(3, 3, 2, 1) as tf.Tensor4D, 1, 'same'),
  div: (x) => tf.div(x, tf.add(tf.abs(x), 1)),
  dot: (x) => tf.dot(x, kernel(8, 3)),
  einsum: (x) => tf.einsum('ij,kj->ik', x, x),
  elu: (x) => tf.elu(x),
  equal: (x) => tf.equal(x, x),
  erf: (x) => tf.erf(x),
  exp: (x) => tf.exp(x),
  expandDims: (x) => tf.expandDims(x, 1),
  eye: (x) => tf.matMul(tf.eye(4), x),
  fill: (x) => tf.add(x, tf.fill([8], 2)),
  floorDiv: (x) => tf.floorDiv(integers(x), tf.scalar(2, 'int32')),
  gather: (x) => tf.gather(x, tf.tensor1d([3, 0, 3], 'int32')),
  gatherByInput: (x) => tf.gather(x, tf.argMax(tf.slice(x, [0, 0], [4, 4]), 1)),
  gelu: (x) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2))))),
  greater: (x) => tf.greater(x, 0),
  huber: (x) => tf.losses.huberLoss(x, tf.zerosLike(x)),
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  less: (x) => tf.lessEqual(x, 0.1),
  log: (x) => tf.log(tf.add(tf.square(x), 1)),
  log1p: (x) => tf.log1p(tf.square(x)),
  logSoftmax: (x) => tf.logSoftmax(x),
  logSumExp: (x) => tf.logSumExp(x, 1),
  logical: (x) => tf.logicalAnd(tf.greater(x, 0), tf.logicalNot(tf.less(x, 1))),
  matMul: (x) => tf.matMul(x, x, true, false),
  batchMatMul: (x) => tf.matMul(tf.reshape(x, [2, 4, 4]), tf.reshape(x, [2, 4, 4]), false, true),
  max: (x) => tf.max(x, 1),
  maxPool: (x) => tf.maxPool(image(x), 2, 2, 'valid'),
  maximum: (x) => tf.maximum(x, tf.neg(x)),
  mean: (x) => tf.mean(x, [0, 1]),
  min: (x) => tf.min(x),
  mirrorPad: (x) =>
    tf.mirrorPad(
      x,
      [
        [1, 1],
        [2, 2],
      ],
      'reflect',
    ),
  mod: (x) => tf.mod(x, 0.3),
  moments: (x) => tf.moments(x, 0).variance,
  norm: (x) => tf.norm(x, 'euclidean', 1),
  oneHot: (x) => tf.oneHot(tf.argMax(x, 1), 8),
  pad: (x) =>
    tf.pad(x, [
      [1, 0],
      [0, 2],
    ]),
  pow: (x) => tf.pow(tf.abs(x), 1.5),
  prelu: (x) => tf.prelu(x, tf.fill<tf.Rank.R2>([1, 8], 0.2)),
  prod: (x) => tf.prod(x, 1),
  range: (x) => tf.add(x, tf.range(0, 8)),
  reciprocal: (x) => tf.reciprocal(tf.add(tf.square(x), 1)),
  relu6: (x) => tf.relu6(x),
  reverse: (x) => tf.reverse(x, 1),
  resize: (x) => tf.image.resizeBilinear(image(x), [7, 7]),
  nearest: (x) => tf.image.resizeNearestNeighbor(image(x), [8, 8]),
  round: (x) => tf.round(x),
  rsqrt: (x) => tf.rsqrt(tf.add(tf.square(x), 1)),
  scatter: (x) => tf.scatterND(tf.tensor2d([[1], [3]], [2, 1], 'int32'), tf.slice(x, 0, 2), [5, 8]),
  selu: (x) => tf.selu(x),
  sigmoid: (x) => tf.sigmoid(x),
  sign: (x) => tf.sign(x),
  sin: (x) => tf.add(tf.sin(x), tf.cos(x)),
  slice: (x) => tf.slice(x, [1, 2], [2, 3]),
  softmax: (x) => tf.softmax(x),
  softplus: (x) => tf.softplus(x),
  split: (x) => tf.concat(tf.split(x, 2, 1).reverse(), 1),
  squaredDifference: (x) => tf.squaredDifference(x, 1),
  sqrt: (x) => tf.sqrt(tf.abs(x)),
  stack: (x) => tf.stack([x, x], 1),
  std: (x) => tf.sqrt(tf.moments(x).variance),
  step: (x) => tf.step(x),
  stridedSlice: (x) => tf.stridedSlice(x, [0, 1], [4, 8], [2, 3]),
  sum: (x) => tf.sum(x, 1, true),
  tanh: (x) => tf.tanh(x),
  tile: (x) => tf.tile(x, [2, 1]),
  topk: (x) => tf.topk(x, 3).values,
  transpose: (x) => tf.transpose(x),
  unstack: (x) => tf.addN(tf.unstack(x, 1)),
  where: (x) =>
    tf.where(tf.tensor2d([[true], [false], [true], [true]]).tile([1, 8]), x, tf.zerosLike(x)),
  zeros: (x) => tf.add(tf.onesLike(x), tf.zeros([4, 8])),
};

const withoutGradient = new Set(
  'argMax argMin equal floorDiv greater less logical oneHot einsum nearest scatter stridedSlice topk gatherByInput batchNorm mod round sign step cast'.split(
    ' ',
  ),
);

const input = (shift: number) => tf.add<tf.Tensor2D>(kernel(4, 8), shift);

test.each(Object.keys(ops))(
  '%s gives in a graph what it gives eagerly, gradient included',
  (name) => {
    const op = ops[name]!;
    const objective = (x: tf.Tensor) => tf.sum(tf.square(tf.cast(op(x as tf.Tensor2D), 'float32')));
    const both = (x: tf.Tensor2D) =>
      withoutGradient.has(name) ? [op(x)] : [op(x), tf.grad(objective)(x)];
    const traced = compile(both);
    traced(input(0.01));
    const expected = both(input(0.37));
    const actual = traced(input(0.37));
    actual.forEach((tensor, i) => {
      expect(tensor.shape).toEqual(expected[i]!.shape);
      expect(tensor.dtype).toBe(expected[i]!.dtype);
      const values = expected[i]!.dataSync();
      tensor.dataSync().forEach((value, j) => {
        expect(Math.abs(value - values[j]!)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(values[j]!)));
      });
    });
    traced.dispose();
  },
);
