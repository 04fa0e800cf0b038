import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { HighwayDense, PlainDense, ResidualDense } from '../../lib/core/layers';

beforeAll(async () => {
  await loadNative();
});

describe('a wrong shape', () => {
  const input = (...shape: number[]) => tf.input({ shape });

  it.each([
    ['HighwayDense', () => new HighwayDense({ units: 50, name: 'highway_07' }), 'highway_07'],
    ['ResidualDense', () => new ResidualDense({ units: 50, name: 'residual_07' }), 'residual_07'],
  ] as const)('of %s is named with the layer, both shapes and the way out', (cls, make, name) => {
    expect(() => make().apply(input(64))).toThrow(
      `${cls} "${name}" got an input of shape [batch, 64], but it carries its input to its output of shape ` +
        '[batch, 50]. Put a PlainDense of 50 units in front, or give the layer 64 units.',
    );
  });

  it('is found when a built layer is called with tensors', () => {
    const plain = new PlainDense({ units: 5, name: 'first' });
    plain.apply(input(3));
    expect(() => plain.apply(tf.zeros([2, 4]))).toThrow(
      'PlainDense "first" got an input of shape [2, 4], but it was built for [batch, 3]; its kernel has shape [3, 5].',
    );
    const highway = new HighwayDense({ units: 3, name: 'second' });
    highway.apply(input(3));
    expect(() => highway.parts(tf.zeros([2, 4]))).toThrow('of shape [2, 4], but');
  });

  it('of an image says to flatten it', () => {
    expect(() => new PlainDense({ units: 5, name: 'first' }).apply(input(28, 28, 1))).toThrow(
      'PlainDense "first" got an input of shape [batch, 28, 28, 1], but it takes [batch, inputs]. Put tf.layers.flatten() in front.',
    );
  });
});

describe('a wrong option', () => {
  it.each([-1, 0, 2.5, NaN])('units = %s is refused by name and value', (units) => {
    expect(() => new PlainDense({ units, name: 'p' })).toThrow(
      `PlainDense "p": units is a positive integer, not ${units}.`,
    );
  });

  it('of another kind is refused with the choices', () => {
    expect(() => new HighwayDense({ units: 2, name: 'h', gates: 'open' as 'full' })).toThrow(
      'HighwayDense "h": gates is one of coupled, full, carry-only, transform-only, not "open".',
    );
    expect(() => new ResidualDense({ units: 2, name: 'r', layers: 0 })).toThrow(
      'ResidualDense "r": layers is a positive integer, not 0.',
    );
  });
});
