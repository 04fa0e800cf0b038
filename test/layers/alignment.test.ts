import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { PlainConv, ResidualConv } from '../../lib/core/layers';
import { numbers, onTheAddon } from './native';

onTheAddon();

/** 1 at the centre of a kernel [size, size, 1, 1]; of an even size, at the first of the two in the middle. */
function delta(size: number): tf.Tensor4D {
  const centre = Math.floor((size - 1) / 2);
  const kernel = tf.buffer([size, size, 1, 1]);
  kernel.set(1, centre, centre, 0, 0);
  return kernel.toTensor() as tf.Tensor4D;
}

const sizes = [1, 2, 3, 4, 5].flatMap((size) =>
  [1, 2, 3].flatMap((strides) => [6, 7].map((side) => ({ size, strides, side }))),
);

describe.each(sizes)('a kernel of $size and strides of $strides on $side pixels', (setting) => {
  const { size, strides, side } = setting;
  const args = { filters: 1, kernelSize: size, strides, batchNorm: false, useBias: false } as const;
  const x = () => tf.reshape(tf.range(1, side * side + 1), [1, side, side, 1]);

  /** Every pixel that the strides take, from the first on. */
  const taken = () =>
    numbers(x()).filter((_, i) =>
      [i % side, Math.floor(i / side)].every((at) => at % strides === 0),
    );

  it('sees with its centre the pixel that the strides take, where the shape says it is', () => {
    const layer = new PlainConv({ ...args, activation: 'linear', name: 'p' });
    const { shape } = layer.apply(tf.input({ shape: [side, side, 1] })) as tf.SymbolicTensor;
    layer.setWeights([delta(size)]);
    const y = layer.apply(x()) as tf.Tensor;
    expect(numbers(y)).toEqual(taken());
    expect(y.shape.slice(1)).toEqual(shape.slice(1));
  });

  it('sees in the branch the pixel that the shortcut carries: y = 2 s(x) for a branch of deltas', () => {
    for (const shortcut of ['subsample', 'projection'] as const) {
      const layer = new ResidualConv({ ...args, shortcut });
      layer.apply(tf.input({ shape: [side, side, 1] }));
      layer.setWeights([delta(size), delta(size), delta(1)].slice(0, layer.weights.length));
      expect(numbers(layer.apply(x()) as tf.Tensor)).toEqual(taken().map((v) => 2 * v));
    }
  });
});
