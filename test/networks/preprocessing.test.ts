import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { Pooling } from '../../lib/core/layers';
import { resNet, withPreprocessing } from '../../lib/core/networks';
import { numbers, onTheAddon } from '../layers/native';

onTheAddon();

const small = () =>
  resNet({ inputs: [4, 4, 3], classes: 3, blocks: 1, widths: [2, 4], stream: Stream.of(1) });
const halve = () => new Pooling({ name: 'halve', kind: 'average', size: 2 });

it('makes of an input what the net makes of the preprocessed one, by the same weights', () => {
  const net = small();
  const images = tf.randomNormal<tf.Rank.R4>([5, 8, 8, 3], 0, 1, 'float32', 1);
  const expected = numbers(net.logits(tf.avgPool(images, 2, 2, 'valid')));
  const whole = withPreprocessing(net, [halve()], [8, 8, 3]);
  numbers(whole.logits(images)).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  expect(whole.blocks).toEqual(net.blocks);
});

it('owns the weights also when its layers were used before, or there are none', () => {
  const shared = halve();
  const [first, second] = [1, 2].map(() => withPreprocessing(small(), [shared], [8, 8, 3]));
  const bare = withPreprocessing(small(), [], [4, 4, 3]);
  for (const net of [first!, second!])
    expect(net.logits(tf.zeros([1, 8, 8, 3])).shape).toEqual([1, 3]);
  expect(bare.logits(tf.zeros([1, 4, 4, 3])).shape).toEqual([1, 3]);
});

it('refuses inputs that are no images, with their shape', () => {
  expect(() => withPreprocessing(small(), [halve()], [192])).toThrow(
    'got an input of shape [batch, 192], but it takes [batch, height, width, channels]',
  );
});

it('takes over the weights: with it all are freed', () => {
  const before = tf.memory().numTensors;
  const whole = withPreprocessing(small(), [halve()], [8, 8, 3]);
  expect(tf.memory().numTensors).toBeGreaterThan(before);
  whole.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
