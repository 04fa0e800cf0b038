import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../../lib/engine/compile';
import { loadNative } from '../../../lib/engine/native';

beforeAll(async () => {
  await loadNative();
});

afterEach(() => tf.disposeVariables());

const counter = () => {
  const count = tf.variable(tf.scalar(0));
  const step = compile((x: tf.Scalar) => {
    count.assign(count.add(x));
    return count.mul(10);
  });
  return { count, step };
};
const value = (tensor: tf.Tensor) => tensor.dataSync()[0];

describe('state', () => {
  test('a variable read after compiled steps has the value of the last step', () => {
    const { count, step } = counter();
    const seen = [];
    for (let i = 1; i <= 5; i++) {
      const result = step(tf.scalar(i));
      seen.push([value(result), value(count)]);
    }
    expect(seen).toEqual([[10, 1], [30, 3], [60, 6], [100, 10], [150, 15]]);
  });
});
