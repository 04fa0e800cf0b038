import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { CReluDense, looksLinear, orthogonal } from '../../lib/core/layers';
import { toInitializer } from '../../lib/core/layers/initializers';
import { numbers } from './native';

describe.each(['tensorflow', 'cpu'])('on the backend %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'tensorflow') await loadNative();
    else await tf.setBackend(backend);
  });

  it.each([
    [40, 40],
    [60, 30],
    [30, 60],
  ])('an orthogonal kernel of %i x %i has orthogonal rows or columns of its gain', (m, n) => {
    const kernel = orthogonal({ gain: 3, seed: 1 }).apply([m, n]) as tf.Tensor2D;
    const product =
      m < n ? tf.matMul(kernel, kernel, false, true) : tf.matMul(kernel, kernel, true);
    const off = tf.sub(product, tf.mul(9, tf.eye(Math.min(m, n))));
    expect(numbers(tf.max(tf.abs(off)))[0]).toBeLessThan(1e-5);
  });

  it('a layer that looks linear is x O, whatever the signs of x', () => {
    const layer = new CReluDense({ units: 5, kernelInitializer: looksLinear({ seed: 2 }) });
    const x = tf.randomNormal<tf.Rank.R2>([7, 5], 0, 1, 'float32', 1);
    const half = orthogonal({ seed: 2 }).apply([5, 5]) as tf.Tensor2D;
    const off = tf.sub(layer.apply(x) as tf.Tensor, tf.matMul(x, half));
    expect(numbers(tf.max(tf.abs(off)))[0]).toBeLessThan(1e-6);
  });

  it('both draw a large kernel without a word on stderr', () => {
    const silent = [vi.spyOn(console, 'warn'), vi.spyOn(process.stderr, 'write')];
    for (const make of [orthogonal, looksLinear]) make({ seed: 1 }).apply([142, 71]);
    silent.forEach((spy) => expect(spy).not.toHaveBeenCalled());
    vi.restoreAllMocks();
  });
});

it.each([orthogonal({ gain: 2, seed: 3 }), looksLinear({ seed: 3 })])(
  'an initializer is rebuilt by its config',
  (made) => {
    const config = { className: made.getClassName(), config: made.getConfig() };
    const twin = toInitializer(config);
    expect(numbers(twin.apply([4, 2]))).toEqual(numbers(made.apply([4, 2])));
  },
);

it('another seed draws another kernel', () => {
  const [a, b] = [1, 2].map((seed) => numbers(orthogonal({ seed }).apply([3, 3])));
  expect(a).not.toEqual(b);
});

it('a gain, a seed or a shape that can’t be is named', () => {
  expect(() => orthogonal({ gain: 0, seed: 1 })).toThrow('gain is a positive number, not 0');
  expect(() => orthogonal({ seed: 0.5 }).apply([2, 2])).toThrow('A seed is an integer, not 0.5');
  expect(() => orthogonal({ seed: 1 }).apply([3, 3, 2, 2])).toThrow('not [3, 3, 2, 2]');
  expect(() => looksLinear({ seed: 1 }).apply([3, 2])).toThrow('3 rows has no two halves');
});
