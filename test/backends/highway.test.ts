import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Activation, Stream, dense, highway } from '../../lib/core/engine';
import { canRunPaths } from '../../lib/core/engine/ops/highway';
import { type Paths, highwayPaths } from '../../lib/core/engine/ops/highway';
import { loadNative } from '../../lib/backends/native/load';

beforeAll(async () => {
  process.env['TF_NUM_INTRAOP_THREADS'] = '2';
  await loadNative();
});

function block(stream: Stream, rows: number, units = 50) {
  const normal = (shape: number[], deviation: number) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () =>
        stream.normal(0, deviation),
      ),
      shape,
    );
  return {
    x: normal([rows, units], 1) as tf.Tensor2D,
    kernel: normal([units, units], 0.14) as tf.Tensor2D,
    bias: normal([units], 1) as tf.Tensor1D,
    gateKernel: normal([units, units], 0.14) as tf.Tensor2D,
    gateBias: normal([units], 1) as tf.Tensor1D,
  };
}

type Block = ReturnType<typeof block>;

function byParts({ x, ...weights }: Block, activation: Activation): tf.Tensor2D {
  const h = dense(x, weights.kernel, weights.bias, activation);
  const t = dense(x, weights.gateKernel, weights.gateBias, 'sigmoid');
  return tf.add(tf.mul(tf.sub(h, x), t), x);
}

function gradients(f: (block: Block) => tf.Tensor, block: Block): tf.Tensor[] {
  const names = Object.keys(block) as (keyof Block)[];
  const g = tf.grads((...args: tf.Tensor[]) =>
    tf.sum(
      tf.square(
        f(Object.fromEntries(names.map((name, i) => [name, args[i]!])) as unknown as Block),
      ),
    ),
  );
  return g(Object.values(block));
}

/** The largest difference, as a share of the largest value. */
function difference(a: tf.Tensor, b: tf.Tensor): number {
  const most = (x: tf.Tensor) => tf.max(tf.abs(x)).arraySync() as number;
  return most(tf.sub(a, b)) / most(b);
}

test('the native backend on the CPU has the ops of highway.cc, or all of them go untested', async () => {
  const { isUsingGpuDevice } = await loadNative();
  expect(canRunPaths()).toBe(!isUsingGpuDevice);
});

describe.each([1, 63, 64, 65, 511, 513, 1300])('of %i rows', (rows) => {
  const activations: Activation[] = ['linear', 'relu', 'sigmoid', 'tanh'];

  test.each(activations)('a %s block is the sum, product and functions it fuses', (activation) => {
    const made = block(Stream.of(rows), rows);
    const fused = highway(made.x, made, activation);
    expect(difference(fused, byParts(made, activation))).toBeLessThan(1e-5);
  });

  test.each(activations)('so are the gradients of a %s block', (activation) => {
    const made = block(Stream.of(rows), rows);
    const fused = gradients(({ x, ...weights }) => highway(x, weights, activation), made);
    const expected = gradients((made) => byParts(made, activation), made);
    fused.forEach((gradient, i) => {
      expect(difference(gradient, expected[i]!)).toBeLessThan(1e-5);
    });
  });
});

test('neither the input nor the weights change, though results may take the place of inputs', () => {
  const made = block(Stream.of(1), 100);
  const before = Object.values(made).map((tensor) => tensor.dataSync().slice());
  highway(made.x, made);
  gradients(({ x, ...weights }) => highway(x, weights), made);
  Object.values(made).forEach((tensor, i) => expect(tensor.dataSync()).toEqual(before[i]));
});

test.each([1, 2, 15, 16, 17, 31, 33, 64, 71])(
  "a block of %i units has all of them right, also those at a panel's edge",
  (units) => {
    for (const rows of [1, 7, 8, 9, 70]) {
      const made = block(Stream.of(units), rows, units);
      expect(difference(highway(made.x, made), byParts(made, 'relu'))).toBeLessThan(1e-5);
    }
  },
);

test('weights of another width are refused with all shapes, before native code reads beyond them', () => {
  const { x } = block(Stream.of(1), 4, 40);
  expect(() => highway(x, block(Stream.of(1), 4, 50))).toThrow(
    'highway got x float32 [4, 40], kernel float32 [50, 50], bias float32 [50], gateKernel float32 [50, 50]',
  );
});

describe('highwayPaths', () => {
  /** Two starts; blocks run on states that are read again, written over, and left as they are. */
  const paths: Paths = {
    starts: 2,
    steps: [
      [0, 0, 2],
      [1, 0, 0],
      [2, 2, 3],
      [1, 2, 2],
      [2, 1, 1],
      [0, 1, 1],
    ],
    ends: [3, 0, 2, 1, 3],
  };

  test.for([1, 64, 100, 1000])('of %i rows are the blocks, one by one', (rows, { skip }) => {
    if (!canRunPaths()) skip();
    const stream = Stream.of(rows);
    const starts = block(stream, 2 * rows).x;
    const blocks = [0, 1, 2].map(() => block(stream, 1));
    const states: tf.Tensor2D[] = tf.split(starts, 2);
    for (const [b, from, to] of paths.steps)
      states[to] = highway(states[from]!, blocks[b]!, 'tanh');
    const apart = tf.concat(paths.ends.map((i) => states[i]!));
    expect(difference(highwayPaths(starts, blocks, 'tanh', paths), apart)).toBeLessThan(1e-6);
  });
});
