import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { recalibrated } from '../../lib/core/interventions';
import { PreActivationDense } from '../../lib/core/layers';
import { Network } from '../../lib/core/networks';
import { error } from './cases';
import { numbers, onTheAddon } from './native';
import { preActivation, randomMatrix, randomWeights, type Matrix } from './reference';

onTheAddon();

type Norm = 'batch' | 'centre';

const epsilon = 1e-5;
const [samples, width] = [7, 3];

/** By column: the mean, and the biased variance. */
function momentsOf(x: Matrix): [number, number][] {
  return x[0]!.map((_, i) => {
    const column = x.map((row) => row[i]!);
    const mean = column.reduce((sum, v) => sum + v, 0) / column.length;
    return [mean, column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length];
  });
}

function normalized(x: Matrix, moments: [number, number][], norm: Norm): Matrix {
  const scale = (variance: number) => (norm === 'batch' ? 1 / Math.sqrt(variance + epsilon) : 1);
  return x.map((row) => row.map((v, i) => (v - moments[i]![0]) * scale(moments[i]![1])));
}

describe.each<Norm>(['batch', 'centre'])('a pre-activation block with norm %s', (norm) => {
  const stream = Stream.of(3);
  const x = randomMatrix(stream, samples, width, 2);
  const weights = randomWeights(stream, width, width);
  const made = () => {
    const block = new PreActivationDense({ units: width, norm, carry: 0, batchNorm: {} });
    block.apply(tf.input({ shape: [width] }));
    const [kernel, bias] = ['kernel', 'bias'].map((name) =>
      block.weights.find(({ originalName }) => originalName.endsWith(name)),
    );
    kernel!.write(tf.tensor2d(weights.kernel));
    bias!.write(tf.tensor1d(weights.bias));
    return block;
  };
  const expected = (moments: [number, number][]) =>
    preActivation(normalized(x, moments, norm), weights, 'relu', [0, 1]).flat();
  const run = (block: PreActivationDense, training: boolean) =>
    numbers(block.apply(tf.tensor2d(x), { training }) as tf.Tensor);

  it('takes off the mean of the batch in training, and the moving one in evaluation', () => {
    const block = made();
    const before = Array.from({ length: width }, (): [number, number] => [0, 1]);
    expect(error(run(block, false), expected(before))).toBeLessThan(1e-5);
    expect(error(run(block, true), expected(momentsOf(x)))).toBeLessThan(1e-5);
    const moved = momentsOf(x).map(([mean, variance]): [number, number] => [
      0.1 * mean,
      0.9 + (0.1 * variance * samples) / (samples - 1),
    ]);
    expect(error(run(block, false), expected(moved))).toBeLessThan(1e-5);
  });

  it('has statistics that recalibrated() estimates anew', async () => {
    const block = made();
    const net = new Network({
      inputShape: [width],
      stem: [],
      stages: [[block]],
      head: [tf.layers.activation({ activation: 'linear' })],
    });
    const settled = await recalibrated(net, tf.tensor2d(x));
    const actual = numbers(settled.logits(tf.tensor2d(x)));
    expect(error(actual, expected(momentsOf(x)))).toBeLessThan(1e-5);
  });
});

it('a pre-activation block says which norms, shares and scales there are not', () => {
  const make = (args: object) => new PreActivationDense({ units: 2, name: 'b', ...args });
  expect(() => make({ norm: 'layer' })).toThrow('norm is one of batch, centre, none, not "layer"');
  expect(() => make({ carry: NaN })).toThrow('carry is a finite number, not NaN');
  expect(() => make({ branchScale: 0 })).toThrow('branchScale is a finite number, and not 0');
  expect(() => make({ batchNorm: { decay: 1 } })).toThrow('has no option "decay"');
});

it('a pre-activation block that carries says when its input is not as wide as its output', () => {
  const carrying = new PreActivationDense({ units: 2, name: 'b' });
  expect(() => carrying.apply(tf.zeros([1, 3]))).toThrow('it carries its input');
  const plain = new PreActivationDense({ units: 2, carry: 0, name: 'c' });
  plain.apply(tf.zeros([1, 3]));
  expect(() => plain.apply(tf.zeros([1, 4]))).toThrow('it was built for [batch, 3]');
});
