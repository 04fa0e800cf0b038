import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { onGpu } from '../../device';
import { compile } from '../../../lib/core/engine';
import { loadNative } from '../../../lib/backends/native/load';

beforeAll(async () => {
  await loadNative();
});

afterEach(() => tf.disposeVariables());

const x = () => tf.tensor2d([1, 2, 3, 4], [2, 2]);

describe('compile refuses, by name,', () => {
  test.each([
    ['dataSync', (t: tf.Tensor) => t.dataSync()],
    ['arraySync', (t: tf.Tensor) => t.arraySync()],
    ['data', (t: tf.Tensor) => t.data()],
    ['array', (t: tf.Tensor) => t.array()],
    ['bufferSync', (t: tf.Tensor) => t.bufferSync()],
    ['print', (t: tf.Tensor) => t.print()],
    ['toString', (t: tf.Tensor) => String(t)],
  ])('reading a value by %s', (name, read) => {
    const w = tf.variable(tf.ones([2]));
    for (const pick of [(t: tf.Tensor) => t, (t: tf.Tensor) => tf.square(t), () => w]) {
      const step = compile((t: tf.Tensor) => {
        void read(pick(t));
        return t;
      });
      expect(() => step(x())).toThrow(`tensor.${name}() reads a value`);
    }
  });

  test.each([
    ['tf.randomNormal', () => tf.randomNormal([2])],
    ['tf.randomNormal', () => tf.randomNormal([2], 0, 1, 'float32', 42)],
    ['tf.randomUniform', () => tf.randomUniform([2])],
    ['tf.truncatedNormal', () => tf.truncatedNormal([2])],
    ['tf.dropout', () => tf.dropout(tf.ones([2]), 0.5)],
    ['tf.multinomial', () => tf.multinomial(tf.tensor1d([0.5, 0.5]), 2)],
    ['tf.dropout', () => tf.layers.dropout({ rate: 0.5 }).apply(tf.ones([2]), { training: true })],
    ['Math.random', () => tf.scalar(Math.random())],
  ])('random numbers from JavaScript by %s', (name, draw) => {
    const step = compile((t: tf.Tensor) => {
      draw();
      return tf.square(t);
    });
    expect(() => step(x())).toThrow(`${name} draws random numbers`);
  });

  test('a number as an input or a result, with the remedy', () => {
    const step = compile((t: tf.Tensor, rate: unknown) => [t, rate]);
    expect(() => step(x(), 0.1)).toThrow(/argument 2 is the value 0.1.*tf.scalar/);
    const constant = compile((t: tf.Tensor) => ({ t, accuracy: 0.5 }));
    expect(() => constant(x())).toThrow(/the result.accuracy is the value 0.5/);
  });

  test('an asynchronous function', () => {
    // eslint-disable-next-line @typescript-eslint/require-await
    const step = compile(async (t: tf.Tensor) => tf.square(t));
    expect(() => step(x())).toThrow(/the result is a promise.*synchronous/);
  });

  test('an input whose rank changes', () => {
    const step = compile((t: tf.Tensor) => tf.square(t));
    step(x());
    step(tf.ones([3, 2]));
    expect(() => step(tf.ones([4]))).toThrow(/argument 1 has shape \[4\].*\[2,2\].*rank/);
  });

  test('an input that has been disposed, at the first call and later', () => {
    const step = compile(({ images }: { images: tf.Tensor }) => tf.square(images));
    const gone = tf.ones([2]);
    gone.dispose();
    const message = /argument 1\.images of shape \[2\] has been disposed/;
    expect(() => step({ images: gone })).toThrow(message);
    step({ images: x() });
    step({ images: x() });
    expect(() => step({ images: gone })).toThrow(message);
  });

  test('a captured tensor that has been disposed', () => {
    for (const captured of [tf.tensor1d([5, 6]), tf.square(tf.tensor1d([5, 6]))]) {
      const step = compile((t: tf.Tensor) => tf.mul(t, captured));
      step(x());
      expect(step(x()).arraySync()).toEqual(tf.mul(x(), captured).arraySync());
      captured.dispose();
      expect(() => step(x())).toThrow(/captured of shape \[2\] has been disposed/);
    }
  });

  test('a variable that has been disposed', () => {
    const w = tf.variable(tf.ones([2]), true, 'kernel');
    const step = compile((t: tf.Tensor) => tf.mul(t, w));
    step(x());
    w.dispose();
    expect(() => step(x())).toThrow(/the variable "kernel" of shape \[2\] has been disposed/);
  });

  test('an op whose result has a shape that depends on values', () => {
    const step = compile((t: tf.Tensor) => tf.unique(tf.reshape(t, [-1])).values);
    expect(() => step(x())).toThrow(/UniqueV2 can't be part of a graph: the shape/);
  });

  test('a function that makes variables in every call', () => {
    const step = compile((t: tf.Tensor) => tf.mul(t, tf.variable(tf.scalar(2))));
    step(x());
    expect(() => step(x())).toThrow(/makes a tf.variable in every call/);
  });
});

test('after a refusal variables have the values they had, and tfjs works as before', async () => {
  const w = tf.variable(tf.scalar(1));
  const step = compile((t: tf.Tensor) => {
    w.assign(tf.add(w, 1));
    return tf.mul(w, t.dataSync()[0]!);
  });
  const { numTensors } = tf.memory();
  tf.tidy(() => {
    expect(() => step(x())).toThrow();
  });
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(w.dataSync()[0]).toBe(1);
  expect((await tf.randomNormal([3]).data()).length).toBe(3);
  expect(Math.random()).toBeLessThan(1);
});

test('reading a constant made inside is allowed: the graph repeats it faithfully', () => {
  const step = compile((t: tf.Tensor) => tf.mul(t, tf.tensor1d([3, 4]).dataSync()[1]!));
  for (let i = 0; i < 3; i++)
    expect(step(x()).arraySync()).toEqual([
      [4, 8],
      [12, 16],
    ]);
});

// On a GPU an index out of range is no error of TensorFlow's: Gather gives zeros there.
test.skipIf(onGpu)("TensorFlow's own error comes through, and state is not stale after it", () => {
  const w = tf.variable(tf.tensor1d([1, 2, 3]));
  const step = compile((index: tf.Tensor1D) => {
    w.assign(tf.add(w, 1));
    return tf.gather(w, index);
  });
  step(tf.tensor1d([0], 'int32'));
  step(tf.tensor1d([1], 'int32'));
  expect(() => step(tf.tensor1d([7], 'int32'))).toThrow(/TensorFlow failed.*7/);
  const now = w.dataSync();
  expect(step(tf.tensor1d([2], 'int32')).dataSync()[0]).toBe(now[2]! + 1);
});
