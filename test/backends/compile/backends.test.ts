import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GraphRandom, adam, compile, momentum, nesterov, sgd } from '../../../lib/core/engine';
import { loadNative } from '../../../lib/backends/native/load';
import { batch, denseNet, loss } from './nets';

beforeAll(async () => {
  await loadNative();
});

afterEach(() => tf.disposeVariables());

const optimizers = {
  sgd: (v: tf.Variable[]) => sgd(v, { weightDecay: 0.01 }),
  momentum: (v: tf.Variable[]) => momentum(v, { weightDecay: 0.01 }),
  nesterov: (v: tf.Variable[]) => nesterov(v),
  adam: (v: tf.Variable[]) => adam(v, { weightDecay: 0.01 }),
};

function losses(name: keyof typeof optimizers): number[] {
  const net = denseNet('highway', 2);
  const optimizer = optimizers[name](net.variables);
  const step = compile((x: tf.Tensor, labels: tf.Tensor1D, rate: tf.Scalar) =>
    optimizer.minimize(() => loss(net, x, labels), rate),
  );
  const { x, labels } = batch([10], 1);
  const rate = tf.scalar(0.01);
  const result = Array.from({ length: 20 }, () => step(x, labels, rate).dataSync()[0]!);
  step.dispose();
  tf.disposeVariables();
  return result;
}

describe.each(['cpu', 'wasm'])('on the backend %s', (backend) => {
  test.each(Object.keys(optimizers) as (keyof typeof optimizers)[])(
    'compiled training by %s follows that on the native backend',
    async (name) => {
      await tf.setBackend('tensorflow');
      const native = losses(name);
      await tf.setBackend(backend);
      const here = losses(name);
      expect(here[19]!).toBeLessThan(here[0]!);
      const error = Math.max(...here.map((a, i) => Math.abs(a - native[i]!) / native[i]!));
      expect(error).toBeLessThan(1e-5);
    },
  );

  test('compile calls the function, frees what it makes, and refuses the same inputs', async () => {
    await tf.setBackend(backend);
    const w = tf.variable(tf.scalar(1));
    const step = compile((x: tf.Tensor) => {
      w.assign(tf.add(w, tf.sum(x)));
      return { w, twice: tf.mul(tf.square(x), 2) };
    });
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    const results = [0, 1].map(() => step(x));
    expect(results.map((result) => result.w.dataSync()[0])).toEqual([4, 7]);
    expect([...results[0]!.twice.dataSync()]).toEqual([2, 8]);
    tf.dispose(results);
    expect(tf.memory().numTensors).toBe(before);
    expect(w.dataSync()[0]).toBe(7);
    expect(() => step(3 as unknown as tf.Tensor)).toThrow(/argument 1 is the value 3/);
  });

  test('GraphRandom repeats from a seed, and goes on from a saved count', async () => {
    await tf.setBackend(backend);
    const draws = (random: GraphRandom, n: number) =>
      Array.from({ length: n }, () => [...random.uniform([4]).dataSync()].join());
    const a = new GraphRandom(5);
    const first = draws(a, 4);
    expect(new Set(first).size).toBe(4);
    expect(draws(new GraphRandom(5), 4)).toEqual(first);
    const b = new GraphRandom(5);
    b.count.assign(a.count);
    expect(draws(b, 2)).toEqual(draws(a, 2));
  });
});

test('state follows when the backend changes between calls', async () => {
  await tf.setBackend('tensorflow');
  const w = tf.variable(tf.scalar(0));
  const step = compile(() => w.assign(tf.add(w, 1)));
  for (const backend of ['tensorflow', 'cpu', 'tensorflow', 'cpu']) {
    await tf.setBackend(backend);
    for (let i = 0; i < 3; i++) step();
  }
  expect((await w.data())[0]).toBe(12);
});
