import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GraphRandom, compile, momentum } from '../../../lib/core/engine';
import { loadNative } from '../../../lib/backends/native/load';

beforeAll(async () => {
  await loadNative();
});

afterEach(() => tf.disposeVariables());

const value = (tensor: tf.Tensor) => tensor.dataSync()[0]!;

function counter() {
  const count = tf.variable(tf.scalar(0));
  const step = compile((x: tf.Scalar) => {
    count.assign(tf.add(count, x));
    return tf.mul(count, 10);
  });
  return { count, step };
}

describe('a variable that a compiled function assigns', () => {
  test('has the value of the last step whenever it is read', () => {
    const { count, step } = counter();
    const seen = [1, 2, 3, 4].map((x) => [value(step(tf.scalar(x))), value(count)]);
    expect(seen).toEqual([
      [10, 1],
      [30, 3],
      [60, 6],
      [100, 10],
    ]);
  });

  test('has the value of the last step in ops, read late and asynchronously', async () => {
    const { count, step } = counter();
    for (let i = 0; i < 5; i++) step(tf.scalar(1));
    expect(value(tf.mul(count, 2))).toBe(10);
    for (let i = 0; i < 5; i++) step(tf.scalar(1));
    expect((await count.data())[0]).toBe(10);
    step(tf.scalar(1));
    expect(count.arraySync()).toBe(11);
    expect(String(count)).toContain('11');
  });

  test('takes up a value assigned from outside', () => {
    const { count, step } = counter();
    for (let i = 0; i < 3; i++) step(tf.scalar(1));
    count.assign(tf.scalar(100));
    expect(value(step(tf.scalar(1)))).toBe(1010);
    expect(value(count)).toBe(101);
  });

  test('leaves clones taken between steps as they were', () => {
    const { count, step } = counter();
    const clones = [0, 1, 2, 3].map(() => {
      step(tf.scalar(1));
      return count.clone();
    });
    step(tf.scalar(1));
    expect(clones.map(value)).toEqual([1, 2, 3, 4]);
    expect(value(count)).toBe(5);
  });

  test('is not confused with another that began with the same tensor', () => {
    const start = tf.scalar(1);
    const [a, b] = [tf.variable(start), tf.variable(start)];
    const step = compile(() => {
      a.assign(tf.add(a, 1));
      b.assign(tf.mul(b, 2));
      return tf.add(tf.mul(a, 100), tf.add(b, start));
    });
    const results = [0, 1, 2, 3].map(() => value(step()));
    expect(results).toEqual([203, 305, 409, 517]);
    expect(value(start)).toBe(1);
  });

  test('swaps with another without one overwriting the other', () => {
    const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(2))];
    const step = compile(() => {
      const old = a.clone();
      a.assign(b);
      b.assign(old);
    });
    for (let i = 0; i < 3; i++) step();
    expect([value(a), value(b)]).toEqual([2, 1]);
  });

  test('keeps its value when the compiled function is disposed, and can be trained on', () => {
    const { count, step } = counter();
    for (let i = 0; i < 3; i++) step(tf.scalar(1));
    step.dispose();
    expect(value(count)).toBe(3);
    for (let i = 0; i < 3; i++) step(tf.scalar(1));
    expect(value(count)).toBe(6);
  });

  test('survives when its graph is evicted by newer input shapes', () => {
    const total = tf.variable(tf.scalar(0));
    const step = compile((x: tf.Tensor1D) => total.assign(tf.add(total, tf.sum(x))));
    let expected = 0;
    for (let round = 0; round < 2; round++) {
      for (let size = 1; size <= 12; size++) {
        tf.tidy(() => step(tf.ones([size])));
        expected += size;
      }
    }
    expect(value(total)).toBe(expected);
  });

  test('may hold an input, whose memory is then freed', () => {
    const last = tf.variable(tf.zeros([1000]));
    const step = compile((x: tf.Tensor1D) => last.assign(x));
    for (let i = 0; i < 5; i++) tf.tidy(() => step(tf.tensor1d(new Float32Array(1000).fill(i))));
    expect(value(last)).toBe(4);
  });

  test('is found in records and updated in any nesting of inputs and results', () => {
    const { count } = counter();
    const step = compile(({ a, b }: { a: tf.Scalar; b: tf.Scalar[] }) => {
      count.assign(tf.add(count, a));
      return { sum: tf.add(a, b[0]!), parts: [b[1]!, count] };
    });
    for (let i = 1; i <= 3; i++) {
      const { sum, parts } = step({ a: tf.scalar(i), b: [tf.scalar(10), tf.scalar(20)] });
      expect([value(sum), ...parts.map(value)]).toEqual([10 + i, 20, (i * (i + 1)) / 2]);
    }
  });
});

describe('compiled functions that share variables', () => {
  test('always agree with eager code under any interleaving', () => {
    const operation = fc.constantFrom(
      'add',
      'double',
      'evaluate',
      'assign',
      'read',
      'clone',
      'dispose',
    );
    fc.assert(
      fc.property(fc.array(operation, { minLength: 5, maxLength: 25 }), (operations) => {
        const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(2))];
        const model = { a: 1, b: 2 };
        const add = compile((x: tf.Scalar) => a.assign(tf.add(a, tf.mul(x, b))));
        const double = compile(() => b.assign(tf.add(b, tf.sign(a))));
        const evaluate = compile(() => tf.sub(a, b));
        const clones: { tensor: tf.Tensor; expected: number }[] = [];
        for (const name of operations) {
          if (name === 'add') {
            add(tf.scalar(0.5));
            model.a += 0.5 * model.b;
          } else if (name === 'double') {
            double();
            model.b += Math.sign(model.a);
          } else if (name === 'evaluate') {
            expect(value(evaluate())).toBe(Math.fround(model.a - model.b));
          } else if (name === 'assign') {
            a.assign(tf.scalar(-3));
            model.a = -3;
          } else if (name === 'read') {
            expect([value(a), value(b)]).toEqual([model.a, model.b]);
          } else if (name === 'clone') {
            clones.push({ tensor: a.clone(), expected: model.a });
          } else {
            add.dispose();
          }
        }
        for (const { tensor, expected } of clones) expect(value(tensor)).toBe(expected);
        expect([value(a), value(b)]).toEqual([model.a, model.b]);
        for (const step of [add, double, evaluate]) step.dispose();
        tf.dispose([a, b]);
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  test('evaluate the weights that training left', () => {
    const w = tf.variable(tf.scalar(0));
    const optimizer = momentum([w], { momentum: 0.5 });
    const train = compile((rate: tf.Scalar) =>
      optimizer.minimize(() => tf.sum<tf.Scalar>(tf.square(tf.sub(w, 3))), rate),
    );
    const evaluate = compile(() => tf.sub(w, 3));
    for (let i = 0; i < 10; i++) {
      train(tf.scalar(0.1));
      expect(value(evaluate())).toBeCloseTo(value(w) - 3, 6);
    }
    expect(Math.abs(value(w) - 3)).toBeLessThan(0.5);
  });
});

test('model.save after compiled training saves the trained weights', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'saved-'));
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
  const optimizer = tf.train.sgd(0.1);
  const before = model.getWeights()[0]!.dataSync();
  const train = compile((x: tf.Tensor2D) => {
    optimizer.minimize(() => tf.mean<tf.Scalar>(tf.square(model.apply(x) as tf.Tensor)));
  });
  const x = tf.ones<tf.Rank.R2>([4, 3]);
  for (let i = 0; i < 5; i++) train(x);
  await model.save(`file://${folder}`);
  const loaded = await tf.loadLayersModel(`file://${folder}/model.json`);
  const after = loaded.getWeights()[0]!.dataSync();
  expect(after).toEqual(model.getWeights()[0]!.dataSync());
  expect(after).not.toEqual(before);
  rmSync(folder, { recursive: true });
});

test('variables that a tfjs optimizer makes in its first step are trained on in the graph', () => {
  const run = (wrap: (fn: () => void) => () => void) => {
    const w = tf.variable(tf.scalar(4));
    const optimizer = tf.train.adam(0.1);
    const step = wrap(() => void optimizer.minimize(() => tf.sum<tf.Scalar>(tf.square(w))));
    for (let i = 0; i < 8; i++) step();
    return value(w);
  };
  expect(run((fn) => compile(fn))).toBeCloseTo(
    run((fn) => fn),
    6,
  );
});

test('a compiled function called inside another, or inside a gradient, is part of it', () => {
  const square = compile((x: tf.Scalar) => tf.square(x));
  const outer = compile((x: tf.Scalar) => tf.add(square(x), 1));
  expect([1, 2, 3].map((x) => value(outer(tf.scalar(x))))).toEqual([2, 5, 10]);
  const slope = tf.grad((x) => square(x as tf.Scalar));
  expect([1, 2, 3].map((x) => value(slope(tf.scalar(x))))).toEqual([2, 4, 6]);
});

describe('GraphRandom', () => {
  test('repeats bit for bit from the same seed and differs from draw to draw', () => {
    const run = (seed: number) => {
      const random = new GraphRandom(seed);
      const draw = compile(() => [random.uniform([5]), random.normal([5])]);
      return [0, 1, 2, 3].flatMap(() => draw().map((t) => [...t.dataSync()].join()));
    };
    const first = run(3);
    expect(run(3)).toEqual(first);
    expect(new Set(first).size).toBe(8);
    expect(run(4)).not.toEqual(first);
  });

  test('draws in the graph what it draws eagerly', () => {
    const [a, b] = [new GraphRandom(9), new GraphRandom(9)];
    const draw = compile(() => a.uniform([7]));
    for (let i = 0; i < 4; i++) expect(draw().dataSync()).toEqual(b.uniform([7]).dataSync());
  });

  test('goes on where a saved count left off', () => {
    const [a, b] = [new GraphRandom(9), new GraphRandom(9)];
    const draw = compile(() => a.uniform([3]));
    for (let i = 0; i < 4; i++) draw();
    b.count.assign(a.count);
    expect(b.uniform([3]).dataSync()).toEqual(draw().dataSync());
  });

  test('drops the given share and keeps the mean', () => {
    const random = new GraphRandom(1);
    const kept = random.dropout(tf.ones([20000]), 0.3).dataSync();
    const zeros = kept.filter((x) => x === 0).length / 20000;
    expect(Math.abs(zeros - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 20000));
    expect(new Set(kept)).toEqual(new Set([0, Math.fround(1 / Math.fround(0.7))]));
  });
});
