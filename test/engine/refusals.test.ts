import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import {
  activate,
  batchNorm,
  dense,
  highway,
  sigmoid,
  softmaxCrossEntropy,
} from '../../lib/core/engine';

const zeros = (...shape: number[]) => tf.zeros(shape) as never;
const ints = (...shape: number[]) => tf.zeros(shape, 'int32') as never;

/** What one of the backends computes by broadcasting or casting. */
const misfits: [string, () => unknown, string][] = [
  [
    'a bias of one unit',
    () => dense(zeros(2, 3), zeros(3, 4), zeros(1)),
    'dense got x float32 [2, 3], kernel float32 [3, 4], bias float32 [1]; they are to be ' +
      'float32 [batch, inputs], float32 [inputs, units], float32 [units].',
  ],
  [
    'a bias of a rank more',
    () => dense(zeros(2, 3), zeros(3, 4), zeros(1, 4)),
    'bias float32 [1, 4]',
  ],
  ['a kernel of other inputs', () => dense(zeros(2, 3), zeros(2, 4), zeros(4)), 'dense got'],
  ['integers in a dense layer', () => dense(ints(2, 3), zeros(3, 4), zeros(4)), 'x int32 [2, 3]'],
  ['a gamma of one channel', () => batchNorm(zeros(2, 3), zeros(1), zeros(3)), 'gamma float32 [1]'],
  ['a beta of one channel', () => batchNorm(zeros(2, 3), zeros(3), zeros(1)), 'beta float32 [1]'],
  [
    'one channel for gammas of three',
    () => batchNorm(zeros(2, 2, 2, 1), zeros(3), zeros(3)),
    'they are to be float32 [..., channels], float32 [channels], float32 [channels].',
  ],
  [
    'labels of another batch',
    () => softmaxCrossEntropy(ints(3), zeros(2, 4)),
    'softmaxCrossEntropy got labels int32 [3], logits float32 [2, 4]; they are to be int32 [batch], ' +
      'float32 [batch, classes].',
  ],
  ['one label for a batch', () => softmaxCrossEntropy(ints(1), zeros(2, 4)), 'labels int32 [1]'],
  [
    'labels that are no integers',
    () => softmaxCrossEntropy(zeros(2), zeros(2, 4)),
    'labels float32',
  ],
  ['rows of other classes', () => softmaxCrossEntropy(zeros(2, 1), zeros(2, 4)), 'float32 [2, 1]'],
  ['rows of integers', () => softmaxCrossEntropy(ints(2, 4), zeros(2, 4)), 'labels int32 [2, 4]'],
  ['a relu of integers', () => activate(ints(3), 'relu'), 'relu got z int32 [3]'],
  [
    'a gate of one unit',
    () => {
      const [kernel, bias] = [zeros(3, 3), zeros(3)];
      highway(zeros(2, 3), { kernel, bias, gateKernel: kernel, gateBias: zeros(1) });
    },
    'gateBias float32 [1]; they are to be float32 [batch, units],',
  ],
];

const twice: [string, (x: tf.Tensor2D) => tf.Tensor][] = [
  ['dense', (x) => dense(x, tf.ones([2, 2]), tf.ones([2]), 'tanh')],
  ['sigmoid', (x) => sigmoid(x)],
  ['batchNorm', (x) => batchNorm(x, tf.ones([2]), tf.ones([2])).y],
  ['softmaxCrossEntropy', (x) => softmaxCrossEntropy(tf.tensor1d([0, 1], 'int32'), x)],
  [
    'highway',
    (x) => {
      const [kernel, bias] = [tf.ones<tf.Rank.R2>([2, 2]), tf.ones<tf.Rank.R1>([2])];
      return highway(x, { kernel, bias, gateKernel: kernel, gateBias: bias }, 'tanh');
    },
  ],
];

const second = (f: (x: tf.Tensor2D) => tf.Tensor) => {
  const first = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(f(x as tf.Tensor2D), x.mean())));
  return tf.grad((x) => tf.sum(tf.square(first(x))))(
    tf.tensor2d([
      [1, 2],
      [3, -1],
    ]),
  );
};

describe.each(['tensorflow', 'cpu'])('on the backend %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'tensorflow') await loadNative();
    else await tf.setBackend(backend);
  });

  it.each(misfits)('%s is refused, not broadcast or cast in silence', (_, compute, message) => {
    expect(compute).toThrow(message);
  });

  it.each([1, 2, 3])(
    'the moving variance of %s values a channel is variance n / max(1, n - 1), a finite number',
    (n) => {
      const values = [1, 5, 6].slice(0, n);
      const mean = values.reduce((sum, v) => sum + v) / n;
      const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
      for (const shape of [
        [n, 1],
        [n, 1, 1, 1],
        [1, 1, n, 1],
      ]) {
        const x = tf.tensor(values, shape);
        const { y, mean: m, variance } = batchNorm(x, tf.tensor1d([2]), tf.tensor1d([0.5]));
        expect(m.dataSync()[0]).toBeCloseTo(mean, 5);
        expect(variance.dataSync()[0]).toBeCloseTo(squares / Math.max(1, n - 1), 4);
        const expected = values.map((v) => (2 * (v - mean)) / Math.sqrt(squares / n + 1e-3) + 0.5);
        [...y.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
      }
    },
  );
});

test.each(twice)(
  'a second gradient of %s is refused by name, which would leave a term out',
  async (op, f) => {
    await loadNative();
    const name = op === 'highway' ? '(highway|tanh|sigmoid|dense)' : op;
    expect(() => second(f)).toThrow(
      new RegExp(`^${name} has no second gradient on the backend tensorflow. Take differences`),
    );
    if (op === 'softmaxCrossEntropy') return;
    await tf.setBackend('cpu');
    expect(second(f).shape).toEqual([2, 2]);
  },
);
