import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/core/engine';
import { BatchNorm, ResidualConv } from '../../lib/core/layers';
import { Stream } from '../../lib/core/engine';
import { error } from './cases';
import { randomImage, randomWeights, toTensor } from './convCases';
import { branch, moments, type ConvWeights } from './convReference';
import { numbers, onTheAddon } from './native';

onTheAddon();

function weight(layer: tf.layers.Layer, name: string): number[] {
  return numbers(layer.weights.find(({ originalName }) => originalName.endsWith(name))!.read());
}

describe('a batch norm', () => {
  const image = randomImage(Stream.of(3), [4, 3, 3, 2]);
  const { mean, variance } = moments(image);
  const make = () => {
    const layer = new BatchNorm({ momentum: 0.75 });
    layer.apply(tf.input({ shape: [3, 3, 2] }));
    return layer;
  };

  it('in training normalizes by the batch: mean 0 and variance 1 in each channel', () => {
    const y = make().apply(toTensor(image), { training: true }) as tf.Tensor4D;
    const after = moments({ shape: image.shape, values: numbers(y) });
    expect(error(after.mean, [0, 0])).toBeLessThan(1e-5);
    expect(error(after.variance, [1, 1])).toBeLessThan(1e-4);
  });

  it('in evaluation uses the moving statistics and leaves them alone', () => {
    const layer = make();
    const y = layer.apply(toTensor(image)) as tf.Tensor;
    expect(error(numbers(y), image.values)).toBeLessThan(1e-5);
    expect(weight(layer, 'moving_mean')).toEqual([0, 0]);
    expect(weight(layer, 'moving_variance')).toEqual([1, 1]);
  });

  it('a training step moves the statistics by 1 - momentum, to the unbiased variance', () => {
    const layer = make();
    layer.apply(toTensor(image), { training: true });
    const unbiased = variance.map((v) => (v * 36) / 35);
    const expected = (start: number, now: number[]) => now.map((v) => 0.75 * start + 0.25 * v);
    expect(error(weight(layer, 'moving_mean'), expected(0, mean))).toBeLessThan(1e-5);
    expect(error(weight(layer, 'moving_variance'), expected(1, unbiased))).toBeLessThan(1e-5);
  });

  it('in a compiled step they move in every call, not only in the one that is recorded', () => {
    const layer = make();
    const step = compile((x: tf.Tensor4D) => layer.apply(x, { training: true }) as tf.Tensor);
    const x = toTensor(image);
    for (let i = 0; i < 3; i++) step(x);
    const moved = mean.map((m) => m * (1 - 0.75 ** 3));
    expect(error(weight(layer, 'moving_mean'), moved)).toBeLessThan(1e-5);
    step.dispose();
  });

  it('normalizes [batch, units] as well', () => {
    const layer = new BatchNorm();
    const x = tf.tensor2d([1, 10, 3, 30], [2, 2]);
    const y = layer.apply(x, { training: true }) as tf.Tensor;
    expect(error(numbers(y), [-1, -1, 1, 1])).toBeLessThan(1e-4);
  });
});

describe('a block that shares convolutions', () => {
  it('normalises by constants of its own, and refuses another block than it says it is', () => {
    const first = new ResidualConv({ filters: 2, name: 'first' });
    const input = tf.input({ shape: [4, 4, 2] });
    const state = first.apply(input) as tf.SymbolicTensor;
    const image = tf.randomNormal([2, 4, 4, 2], 0, 1, 'float32', 3);
    const outputs = (epsilon: number) => {
      const block = new ResidualConv({ filters: 2, sharesWith: first, batchNorm: { epsilon } });
      block.apply(state);
      return numbers(block.apply(image) as tf.Tensor);
    };
    expect(outputs(0.5)).not.toEqual(outputs(1e-5));
    for (const [args, words] of [
      [{ kernelSize: 5 }, 'has kernelSize 3, not 5'],
      [{ batchNorm: false, useBias: false }, 'has batchNorm true, not false'],
      [{ useBias: true }, 'has useBias false, not true'],
    ] as const) {
      const block = new ResidualConv({ filters: 2, sharesWith: first, ...args });
      expect(() => block.apply(state)).toThrow(words);
    }
  });
  const stream = Stream.of(8);
  const x = randomImage(stream, [2, 4, 4, 2]);
  const pair = (unshared?: { statistics?: boolean; parameters?: boolean }) => {
    const first = new ResidualConv({ filters: 2, preActivation: true, name: 'first' });
    const weights = randomWeights(first, stream);
    const second = new ResidualConv({
      filters: 2,
      preActivation: true,
      name: 'second',
      sharesWith: first,
      batchNorm: { gamma: 0.1 },
      unshared,
    });
    second.apply(tf.input({ shape: [4, 4, 2] }));
    return { first, second, weights };
  };
  const names = (layer: tf.layers.Layer) =>
    layer.weights.map(({ originalName }) => originalName.replace(/.*norm\d_/, ''));

  it('has by default a batch norm of its own, starting at its gamma, and no kernel', () => {
    const { second } = pair();
    expect(new Set(names(second))).toEqual(
      new Set(['gamma', 'beta', 'moving_mean', 'moving_variance']),
    );
    expect(weight(second, 'norm1_gamma').every((g) => Math.abs(g - 0.1) < 1e-7)).toBe(true);
  });

  it('computes F with the shared kernels and its own gamma', () => {
    const { second, weights } = pair();
    const own: ConvWeights = {
      conv1_kernel: weights['conv1_kernel']!,
      conv2_kernel: weights['conv2_kernel']!,
      ...Object.fromEntries(
        [1, 2].flatMap((i) => [
          [`norm${i}_gamma`, [0.1, 0.1]],
          [`norm${i}_beta`, [0, 0]],
        ]),
      ),
    };
    const expected = branch(x, own, { filters: 2, preActivation: true }, true);
    const y = second.apply(toTensor(x), { training: true }) as tf.Tensor;
    const update = numbers(tf.sub(y, toTensor(x)));
    expect(error(update, expected.values)).toBeLessThan(1e-5);
  });

  it.each([
    [{ statistics: true, parameters: false }, ['moving_mean', 'moving_variance']],
    [{ statistics: false, parameters: true }, ['gamma', 'beta']],
    [{ statistics: false, parameters: false }, []],
  ])('with %o has these weights alone: %o', (unshared, expected) => {
    expect(new Set(names(pair(unshared).second))).toEqual(new Set(expected));
  });

  it('moves its own statistics in training, not those of the block it shares with', () => {
    const { first, second } = pair();
    const before = weight(first, 'norm1_moving_mean');
    second.apply(toTensor(x), { training: true });
    expect(weight(first, 'norm1_moving_mean')).toEqual(before);
    expect(weight(second, 'norm1_moving_mean')).not.toEqual([0, 0]);
  });

  it('moves the shared statistics where they are shared', () => {
    const { first, second } = pair({ statistics: false });
    const before = weight(first, 'norm1_moving_mean');
    second.apply(toTensor(x), { training: true });
    expect(weight(first, 'norm1_moving_mean')).not.toEqual(before);
  });

  it('adds to the gradient of the shared kernels: both applications count', () => {
    const { first, second } = pair();
    const kernel = first.trainableWeights[0]!.read() as tf.Variable;
    const gradient = (layers: ResidualConv[]) => {
      const loss = () => {
        let h: tf.Tensor = toTensor(x);
        for (const layer of layers) h = layer.apply(h, { training: true }) as tf.Tensor;
        return tf.sum(tf.square(h)).asScalar();
      };
      return numbers(tf.variableGrads(loss, [kernel]).grads[kernel.name]!);
    };
    expect(gradient([first, second])).not.toEqual(gradient([first]));
  });

  it('of another width is refused with both widths', () => {
    const { first } = pair();
    const other = new ResidualConv({
      filters: 3,
      preActivation: true,
      name: 'o',
      sharesWith: first,
    });
    expect(() => other.apply(tf.input({ shape: [4, 4, 3] }))).toThrow(
      'ResidualConv "o" shares the convolutions of "first", which maps 2 channels to 2, not 3 to 3.',
    );
  });
});
