import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../lib/backends';
import { Split } from '../../lib/core/data';
import { Stream } from '../../lib/core/engine';
import { evaluate, lesion, sweep } from '../../lib/core/interventions';
import { highwayNet } from '../../lib/core/networks';
import { fit } from '../../lib/training';

const size = 90;
let data: Split;

/** Vectors of five numbers, of which the largest of the first three tells the class. */
function vectors(): Split {
  const stream = Stream.of(1);
  const rows = Array.from({ length: size }, () => Array.from({ length: 5 }, () => stream.normal()));
  const labels = rows.map(([a, b, c]) => [a, b, c].indexOf(Math.max(a!, b!, c!)));
  return new Split(tf.tensor2d(rows), tf.tensor1d(labels, 'int32'));
}

beforeAll(async () => {
  await selectBackend();
  data = vectors();
});

afterAll(() => data.dispose());

describe("anyone's vectors with labels", () => {
  it('train a net, are scored, and go through a sweep', async () => {
    const stream = Stream.of(2);
    const net = highwayNet({
      inputs: 5,
      width: 8,
      depth: 4,
      classes: 3,
      transformBias: -1,
      stream,
    });
    const before = await evaluate(net, data);
    const losses = await fit(
      net,
      data,
      {
        optimizer: { name: 'momentum', momentum: 0.9 },
        schedule: { kind: 'constant', rate: 0.1 },
        batchSize: 30,
        steps: 100,
      },
      { stream },
    );
    expect(losses).toHaveLength(100);
    const after = await evaluate(net, data);
    expect(after.accuracy).toBeGreaterThan(0.9);
    expect(after.loss).toBeLessThan(before.loss);
    const [whole, cut] = await sweep([net, lesion(net, 0)], data);
    expect(whole!.accuracy).toBe(after.accuracy);
    expect(whole!.loss).toBeCloseTo(after.loss, 5);
    expect(cut).not.toEqual(after);
    net.dispose();
  });

  it('are cut into parts with their labels', async () => {
    const { inputs, labels } = data.slice(10, 3);
    expect(inputs.shape).toEqual([3, 5]);
    expect([...(await labels.data())]).toEqual([...(await data.labels.data())].slice(10, 13));
    tf.dispose([inputs, labels]);
  });
});

describe('a split refuses', () => {
  const inputs = () => tf.zeros([4, 2]);
  const labels = (length = 4) => tf.zeros<tf.Rank.R1>([length], 'int32');

  it.each([
    ['labels of another number', () => new Split(inputs(), labels(3)), 'not 3 for 4'],
    ['no samples', () => new Split(tf.zeros([0, 2]), labels(0)), 'not 0 for 0'],
    ['one number a sample', () => new Split(tf.zeros([4]), labels()), 'not float32, [4]'],
    ['inputs that are integers', () => new Split(tf.zeros([4, 2], 'int32'), labels()), 'not int32'],
    ['labels that are floats', () => new Split(inputs(), tf.zeros([4])), 'not float32, [4]'],
    [
      'one-hot labels',
      () => new Split(inputs(), tf.zeros([4, 3], 'int32') as unknown as tf.Tensor1D),
      'not int32, [4, 3]',
    ],
  ])('%s', (_, make, message) => {
    expect(() => tf.tidy(() => void make())).toThrow(message);
  });
});
