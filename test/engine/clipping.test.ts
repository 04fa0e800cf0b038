import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { compile, sgd } from '../../lib/core/engine';

/** The loss 3 a + 4 b has this gradient, of norm 5, everywhere. */
const slopes = [3, 4];

describe.each(['tensorflow', 'cpu'])('on the backend %s', (backend) => {
  const changes = async (clipNorm: number | undefined, compiled: boolean) => {
    if (backend === 'tensorflow') await loadNative();
    else await tf.setBackend(backend);
    const variables = slopes.map(() => tf.variable(tf.zeros([1])));
    const optimizer = sgd(variables);
    const loss = () => {
      const terms = variables.map((variable, i) => tf.mul(variable, slopes[i]!));
      return tf.sum(tf.add(terms[0]!, terms[1]!)).asScalar();
    };
    const step = (rate: tf.Tensor) => optimizer.minimize(loss, rate as tf.Scalar, clipNorm);
    const run = compiled ? compile(step, { state: variables }) : step;
    for (let i = 0; i < 2; i++) tf.tidy(() => void run(tf.scalar(1)));
    const values = variables.map((variable) => variable.dataSync()[0]! / 2);
    tf.dispose(variables);
    return values;
  };

  it.each([false, true])(
    'gradients beyond the norm are shortened, all by one factor; compiled: %s',
    async (compiled) => {
      const clipped = await changes(1, compiled);
      [-3 / 5, -4 / 5].forEach((value, i) => expect(clipped[i]).toBeCloseTo(value, 6));
    },
  );

  it('gradients within the norm, and none to clip at, stay as they are', async () => {
    for (const clipNorm of [5.5, undefined])
      expect(await changes(clipNorm, false)).toEqual([-3, -4]);
  });
});
