import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../../../lib/core/engine';
import { loadNative } from '../../../lib/backends/native/load';
import { kernel, ops } from './ops';

beforeAll(async () => {
  await loadNative();
});

const withoutGradient = new Set(
  'argMax argMin equal floorDiv greater less logical oneHot einsum nearest scatter stridedSlice topk transposeIntegers gatherByInput batchNorm mod round sign step cast'.split(
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
