import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Activation,
  Stream,
  activate,
  batchNorm,
  dense,
  highway,
  softmaxCrossEntropy,
} from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';

/** A matrix of float64 numbers, rows of columns; a vector is one row. */
type Matrix = number[][];

const [rows, columns, units] = [5, 3, 4];

function random(stream: Stream, height: number, width: number): Matrix {
  return Array.from({ length: height }, () => Array.from({ length: width }, () => stream.normal()));
}

const functions: Record<Activation, (z: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
};

const affine = (x: Matrix, w: Matrix, [b]: Matrix) =>
  x.map((row) => b!.map((bias, j) => row.reduce((sum, xi, i) => sum + xi * w[i]![j]!, bias)));

const mapped = (x: Matrix, f: (value: number, i: number, j: number) => number) =>
  x.map((row, i) => row.map((value, j) => f(value, i, j)));

/** One op: its float64 reference, the op itself, and the shapes of its arguments. */
interface Case {
  shapes: [number, number][];
  reference: (args: Matrix[]) => Matrix;
  op: (args: tf.Tensor[]) => tf.Tensor;
}

const classes = [0, 2, 1, 2, 0];
const oneHot = classes.map((c) => [0, 1, 2].map((k) => (k === c ? 1 : 0)));

const crossEntropy = ([logits]: Matrix[]) => {
  const losses = logits!.map((row, i) => {
    const total = row.reduce((sum, z) => sum + Math.exp(z), 0);
    return Math.log(total) - row[classes[i]!]!;
  });
  return [[losses.reduce((a, b) => a + b) / losses.length]];
};

const normalized = ([x, gamma, beta]: Matrix[]) => {
  const moments = gamma![0]!.map((_, j) => {
    const column = x!.map((row) => row[j]!);
    const mean = column.reduce((a, b) => a + b) / column.length;
    const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length;
    return { mean, deviation: Math.sqrt(variance + 1e-3) };
  });
  return mapped(x!, (value, _, j) => {
    const { mean, deviation } = moments[j]!;
    return (gamma![0]![j]! * (value - mean)) / deviation + beta![0]![j]!;
  });
};

const vector = (tensor: tf.Tensor | undefined) => tf.reshape<tf.Rank.R1>(tensor!, [-1]);

const cases: Record<string, Case> = {
  ...Object.fromEntries(
    (Object.keys(functions) as Activation[]).flatMap((name): [string, Case][] => [
      [
        `activate ${name}`,
        {
          shapes: [[rows, columns]],
          reference: ([x]) => mapped(x!, functions[name]),
          op: ([x]) => activate(x!, name),
        },
      ],
      [
        `dense ${name}`,
        {
          shapes: [
            [rows, columns],
            [columns, units],
            [1, units],
          ],
          reference: ([x, w, b]) => mapped(affine(x!, w!, b!), functions[name]),
          op: ([x, w, b]) => dense(x as tf.Tensor2D, w as tf.Tensor2D, vector(b), name),
        },
      ],
      [
        `highway ${name}`,
        {
          shapes: [
            [rows, units],
            [units, units],
            [1, units],
            [units, units],
            [1, units],
          ],
          reference: ([x, w, b, gateW, gateB]) => {
            const h = mapped(affine(x!, w!, b!), functions[name]);
            const t = mapped(affine(x!, gateW!, gateB!), functions.sigmoid);
            return mapped(x!, (value, i, j) => h[i]![j]! * t[i]![j]! + value * (1 - t[i]![j]!));
          },
          op: ([x, w, b, gateW, gateB]) =>
            highway(
              x as tf.Tensor2D,
              {
                kernel: w as tf.Tensor2D,
                bias: vector(b),
                gateKernel: gateW as tf.Tensor2D,
                gateBias: vector(gateB),
              },
              name,
            ),
        },
      ],
    ]),
  ),
  'softmaxCrossEntropy of classes': {
    shapes: [[rows, columns]],
    reference: crossEntropy,
    op: ([logits]) => softmaxCrossEntropy(tf.tensor1d(classes, 'int32'), logits as tf.Tensor2D),
  },
  'softmaxCrossEntropy of one-hot rows': {
    shapes: [[rows, columns]],
    reference: crossEntropy,
    op: ([logits]) => softmaxCrossEntropy(tf.tensor2d(oneHot), logits as tf.Tensor2D),
  },
  'batchNorm of rows': {
    shapes: [
      [rows, columns],
      [1, columns],
      [1, columns],
    ],
    reference: normalized,
    op: ([x, gamma, beta]) => batchNorm(x!, vector(gamma), vector(beta)).y,
  },
  'batchNorm of images': {
    shapes: [
      [8, columns],
      [1, columns],
      [1, columns],
    ],
    reference: normalized,
    op: ([x, gamma, beta]) =>
      batchNorm(tf.reshape(x!, [2, 2, 2, columns]), vector(gamma), vector(beta)).y,
  },
};

/** d(sum of coefficient * reference) by central differences in float64. */
function differences({ reference }: Case, args: Matrix[], coefficients: number[]): number[] {
  const objective = () =>
    reference(args)
      .flat()
      .reduce((sum, value, i) => sum + value * coefficients[i]!, 0);
  const h = 1e-6;
  return args.flatMap((matrix) =>
    matrix.flatMap((row) =>
      row.map((value, j) => {
        row[j] = value + h;
        const above = objective();
        row[j] = value - h;
        const below = objective();
        row[j] = value;
        return (above - below) / (2 * h);
      }),
    ),
  );
}

function compare(actual: number[], expected: number[], tolerance: number): void {
  const size = Math.max(...expected.map(Math.abs));
  const error = Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)));
  expect(actual.length).toBe(expected.length);
  expect(error / size).toBeLessThan(tolerance);
}

describe.each(['tensorflow', 'cpu'])('on the backend %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'tensorflow') await loadNative();
    else await tf.setBackend(backend);
  });

  test.each(Object.keys(cases))('%s has the value and the gradient of its formula', (name) => {
    const { shapes, reference, op } = cases[name]!;
    const stream = Stream.of(11).fork(name);
    const args = shapes.map(([height, width]) => random(stream, height, width));
    const tensors = args.map((matrix) => tf.tensor2d(matrix));
    const exact = args.map((_, i) => tensors[i]!.arraySync());
    const value = op(tensors);
    compare([...value.dataSync()], reference(exact).flat(), 1e-5);
    const coefficients = Array.from({ length: value.size }, () => stream.normal());
    const objective = (...xs: tf.Tensor[]) =>
      tf.sum(tf.mul(tf.reshape(op(xs), [-1]), tf.tensor1d(coefficients)));
    const gradients = tf
      .grads(objective)(tensors)
      .flatMap((gradient) => [...gradient.dataSync()]);
    compare(gradients, differences(cases[name]!, exact, coefficients), 1e-5);
  });

  test('batchNorm returns the mean and the unbiased variance', () => {
    const x = tf.tensor2d([
      [1, 10],
      [2, 30],
      [6, 20],
    ]);
    const { mean, variance } = batchNorm(x, tf.tensor1d([1, 1]), tf.tensor1d([0, 0]));
    compare([...mean.dataSync()], [3, 20], 1e-6);
    compare([...variance.dataSync()], [7, 100], 1e-6);
  });

  test('ops free what they make on the way', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const x = tf.ones<tf.Rank.R2>([4, 3]);
      const one = tf.ones<tf.Rank.R1>([3]);
      tf.grad((x) => tf.sum(batchNorm(x, one, one).y))(x);
      batchNorm(x, one, one);
      softmaxCrossEntropy(tf.tensor1d([0, 1, 2, 0], 'int32'), x);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});
