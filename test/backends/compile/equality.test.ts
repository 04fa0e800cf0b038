import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  GraphRandom,
  type Optimizer,
  adam,
  compile,
  momentum,
  nesterov,
  sgd,
} from '../../../lib/core/engine';
import { loadNative } from '../../../lib/backends/native/load';
import { type Net, batch, convNet, denseNet, loss } from './nets';

const steps = 50;

type Minimize = (loss: () => tf.Scalar, decay: tf.Scalar) => tf.Scalar;
type MakeMinimize = (variables: tf.Variable[]) => Minimize;

beforeAll(async () => {
  await loadNative();
});

afterEach(() => tf.disposeVariables());

/** Trains a net for 50 steps, on two alternating batches and a falling rate. */
function train(net: Net, minimize: Minimize, shape: number[], wrap: (fn: Step) => Step) {
  const batches = [batch(shape, 1), batch(shape, 2)];
  const step = wrap((x, labels, decay) => minimize(() => loss(net, x, labels), decay));
  const losses = Array.from({ length: steps }, (_, i) =>
    tf.tidy(() => {
      const { x, labels } = batches[i % 2]!;
      return step(x, labels, tf.scalar(1 / (1 + i / 10))).dataSync()[0]!;
    }),
  );
  const weights = [...net.variables, ...net.statistics].map((variable) => variable.dataSync());
  return { losses, weights };
}

type Step = (x: tf.Tensor, labels: tf.Tensor1D, decay: tf.Scalar) => tf.Scalar;

/** The largest difference between traced and eager training, relative to the largest value. */
function difference(make: () => Net, minimizer: MakeMinimize, shape: number[]) {
  const run = (wrap: (fn: Step) => Step) => {
    const net = make();
    return train(net, minimizer(net.variables), shape, wrap);
  };
  const eager = run(
    (fn) =>
      (...args) =>
        tf.tidy(() => fn(...args)),
  );
  const compiled: { dispose(): void }[] = [];
  const traced = run((fn) => {
    const step = compile(fn);
    compiled.push(step);
    return step;
  });
  for (const step of compiled) step.dispose();
  expect(eager.losses[steps - 2]!).toBeLessThan(eager.losses[0]!);
  return {
    losses: Math.max(...eager.losses.map((a, i) => Math.abs(a - traced.losses[i]!) / Math.abs(a))),
    weights: Math.max(...eager.weights.map((a, i) => relative(a, traced.weights[i]!))),
  };
}

function relative(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [error, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    error = Math.max(error, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(a[i]!));
  }
  return error / size;
}

const optimizers: Record<string, MakeMinimize> = {
  sgd: (v) => ours(sgd(v), 0.1),
  'sgd with weight decay': (v) => ours(sgd(v, { weightDecay: 0.01 }), 0.1),
  momentum: (v) => ours(momentum(v), 0.02),
  'momentum with weight decay': (v) => ours(momentum(v, { weightDecay: 0.01 }), 0.02),
  nesterov: (v) => ours(nesterov(v), 0.02),
  adam: (v) => ours(adam(v), 0.003),
  'adam with weight decay': (v) => ours(adam(v, { weightDecay: 0.01 }), 0.003),
  'tf.train.sgd': () => builtIn(tf.train.sgd(0.1)),
  'tf.train.momentum': () => builtIn(tf.train.momentum(0.02, 0.9)),
  'tf.train.adam': () => builtIn(tf.train.adam(0.003)),
  'tf.train.rmsprop': () => builtIn(tf.train.rmsprop(0.003)),
};

function ours(optimizer: Optimizer, rate: number): Minimize {
  return (loss, decay) => optimizer.minimize(loss, tf.mul(decay, rate));
}

function builtIn(optimizer: tf.Optimizer): Minimize {
  return (loss) => optimizer.minimize(loss, true)!;
}

const bound = 1e-5;

describe(`${steps} traced steps follow ${steps} eager ones`, () => {
  test.each(Object.keys(optimizers))('with %s', (name) => {
    const found = difference(() => denseNet('highway', 3), optimizers[name]!, [10]);
    expect(found.losses).toBeLessThan(bound);
    expect(found.weights).toBeLessThan(bound);
  });

  test.each(['plain', 'highway', 'residual'] as const)('in a dense %s net', (kind) => {
    const found = difference(() => denseNet(kind, 4), optimizers['momentum']!, [10]);
    expect(found.losses).toBeLessThan(bound);
    expect(found.weights).toBeLessThan(bound);
  });

  test('in a residual conv net with batch norm, moving statistics included', () => {
    const found = difference(() => convNet(5), optimizers['momentum']!, [8, 8, 3]);
    expect(found.losses).toBeLessThan(bound);
    expect(found.weights).toBeLessThan(bound);
  });

  test('with dropout, whose masks then are the same', () => {
    const found = difference(
      () => denseNet('highway', 6, new GraphRandom(7)),
      optimizers['momentum']!,
      [10],
    );
    expect(found.losses).toBeLessThan(bound);
    expect(found.weights).toBeLessThan(bound);
  });
});
