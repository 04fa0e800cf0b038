import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { Split } from '../../lib/core/data';
import { Stream } from '../../lib/core/engine';
import { highwayNet, resNet } from '../../lib/core/networks';
import { exitScores, sampleActivity, sampleJourney } from '../../lib/core/probes';

const stream = Stream.of(5);
const net = highwayNet({ inputs: [4], width: 6, depth: 5, classes: 3, transformBias: -1, stream });
const sample = tf.tensor2d([[0.3, -1, 2, 0.5]]);

it('the last probabilities are those of the net, and all add to 1', async () => {
  const { probabilities } = await sampleJourney(net, sample);
  const last = tf.tidy(() => Array.from(tf.softmax(net.logits(sample)).dataSync()));
  expect(probabilities).toHaveLength(net.blocks.length + 1);
  expect(probabilities.at(-1)).toEqual(last.map((p) => expect.closeTo(p, 6) as number));
  for (const row of probabilities) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
});

it('each exit is that which the accuracy at the state is measured by', async () => {
  const { probabilities } = await sampleJourney(net, sample);
  const losses = await Promise.all(
    [0, 1, 2].map(async (label) => {
      const data = new Split(sample.clone(), tf.tensor1d([label], 'int32'));
      return (await exitScores(net, data)).map(({ loss }) => loss);
    }),
  );
  losses.forEach((byBlock, label) =>
    byBlock.forEach((loss, block) =>
      expect(Math.exp(-loss)).toBeCloseTo(probabilities[block]![label]!, 5),
    ),
  );
});

it('the states are those of the sample, the stem’s first', async () => {
  const { states } = await sampleJourney(net, sample);
  expect(states).toEqual((await sampleActivity(net, sample)).states);
});

it('only the last stage is gone through, and only states that the head can read', async () => {
  const inputs = [8, 8, 3] as [number, number, number];
  const conv = resNet({ inputs, classes: 3, blocks: 2, preActivation: true, stream });
  const { states, probabilities } = await sampleJourney(conv, tf.ones([1, ...inputs]));
  expect(states).toHaveLength(2);
  expect(states[0]).toHaveLength(2 * 2 * 64);
  expect(probabilities[0]).toHaveLength(3);
});

it('the journey of two samples at once is refused', async () => {
  await expect(sampleJourney(net, tf.ones([2, 4]))).rejects.toThrow('one sample, not of 2');
});
