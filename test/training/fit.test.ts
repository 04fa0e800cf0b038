import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataset, type Dataset } from '../../lib/datasets';
import { selectBackend } from '../../lib/backends';
import { Stream } from '../../lib/core/engine';
import { DivergedError, fit, type Recipe, type Trainable } from '../../lib/training';

const recipe: Recipe = {
  optimizer: { name: 'momentum', momentum: 0.9 },
  schedule: { kind: 'constant', rate: 0.05 },
  batchSize: 50,
  steps: 40,
};

let data: Dataset;

/** Softmax regression from zero weights. */
function linear(): Trainable & { dispose(): void } {
  const kernel = tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R2>([784, 10])));
  const bias = tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R1>([10])));
  return {
    variables: [kernel, bias],
    logits: (images) =>
      tf.tidy(() => tf.add(tf.matMul(tf.reshape(images, [-1, 784]), kernel as tf.Tensor2D), bias)),
    dispose: () => tf.dispose([kernel, bias]),
  };
}

beforeAll(async () => {
  await selectBackend();
  data = await loadDataset('glyphs', { train: 525, test: 130 });
});

afterAll(() => data.dispose());

async function run(changes: Partial<Recipe> = {}, seed = 1) {
  const net = linear();
  const losses = await fit(net, data.train, { ...recipe, ...changes }, { stream: Stream.of(seed) });
  const weights = net.variables[0]!.dataSync().slice();
  const accuracy = tf.tidy(() => {
    const right = tf.equal(tf.argMax(net.logits(data.train.inputs), 1), data.train.labels);
    return tf.mean(tf.cast(right, 'float32')).dataSync()[0]!;
  });
  net.dispose();
  return { losses, weights, accuracy };
}

describe('fit', () => {
  it('learns: the loss falls from that of a guess, and accuracy rises above chance', async () => {
    const { losses, accuracy } = await run();
    expect(losses[0]).toBeCloseTo(Math.log(10), 5);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    expect(accuracy).toBeGreaterThan(0.5);
  });

  it('gives the same bits for the same seed, others for another', async () => {
    const [first, again, other] = [await run(), await run(), await run({}, 2)];
    expect(again.weights).toEqual(first.weights);
    expect(other.weights).not.toEqual(first.weights);
  });

  it('does the very step of the formula: w - rate * gradient for sgd', async () => {
    const net = linear();
    const seen: number[] = [];
    const only = { ...recipe, optimizer: { name: 'sgd' }, steps: 1, batchSize: 525 } as const;
    await fit(net, data.train, only, {
      stream: Stream.of(1),
      onStep: ({ loss }) => void seen.push(loss),
    });
    const expected = tf.tidy(() => {
      const residual = tf.sub(0.1, tf.oneHot(data.train.labels, 10));
      const x = tf.reshape(data.train.inputs, [525, 784]);
      return tf.mul(tf.matMul(x, residual, true), -0.05 / 525).dataSync();
    });
    const weights = net.variables[0]!.dataSync();
    expect(Math.max(...weights.map((w, i) => Math.abs(w - expected[i]!)))).toBeLessThan(1e-6);
    expect(seen).toHaveLength(1);
    net.dispose();
  });

  it('names the step and the rate when the loss is no number any more', async () => {
    const failure = run({ schedule: { kind: 'constant', rate: 1e38 } });
    await expect(failure).rejects.toThrow(DivergedError);
    await expect(failure).rejects.toThrow(/The loss is \S+ at step \d+ of 40, at rate 1e\+38/);
  });

  it.each([0, -1, 2.5, NaN])('refuses batches of %s images, and as many steps', async (count) => {
    await expect(run({ batchSize: count })).rejects.toThrow(`at least 1, not ${count}.`);
    if (count !== 0) {
      await expect(run({ steps: count })).rejects.toThrow(`number of steps, not ${count}.`);
    }
  });

  it('refuses a batch larger than the data', async () => {
    await expect(run({ batchSize: 526 })).rejects.toThrow('A batch of 526 needs more than the 525');
  });

  it('clips the gradient: a step of rate 1 along one of norm 0.01 is as long as that', async () => {
    const { weights } = await run({
      optimizer: { name: 'sgd' },
      schedule: { kind: 'constant', rate: 1 },
      steps: 1,
      clipNorm: 0.01,
    });
    const length = Math.hypot(...Array.from(weights));
    expect(length).toBeGreaterThan(0.005);
    expect(length).toBeLessThanOrEqual(0.01 * (1 + 1e-6));
  });

  it.each([0, -1, NaN])('refuses to clip gradients at %s', async (clipNorm) => {
    await expect(run({ clipNorm })).rejects.toThrow(`a positive number, not ${clipNorm}.`);
  });

  it('refuses an optimizer that there is not, with those that there are', async () => {
    await expect(run({ optimizer: { name: 'rmsprop' as 'sgd' } })).rejects.toThrow(
      'optimizer.name is one of sgd, momentum, nesterov, adam, not "rmsprop".',
    );
  });

  it('leaves no tensor behind', async () => {
    await run();
    const before = tf.memory().numTensors;
    await run();
    expect(tf.memory().numTensors).toBe(before);
  });
});
