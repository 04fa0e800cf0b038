import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { Split } from '../../lib/core/data';
import { Stream } from '../../lib/core/engine';
import { fit, type Trainable } from '../../lib/training';

/** Takes a step over four samples with these labels, of a net of three classes. */
async function step(...labels: number[]): Promise<number> {
  const kernel = tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R2>([2, 3])));
  const data = new Split(tf.ones([4, 2]), tf.tensor1d(labels, 'int32'));
  const net: Trainable = {
    variables: [kernel],
    logits: (x) => tf.matMul(x, kernel),
  };
  const recipe = {
    optimizer: { name: 'sgd' },
    schedule: { kind: 'constant', rate: 0.1 },
    batchSize: 4,
    steps: 1,
  } as const;
  try {
    return (await fit(net, data, recipe, { stream: Stream.of(1) }))[0]!;
  } finally {
    data.dispose();
    kernel.dispose();
  }
}

describe.each(['tensorflow', 'cpu'])('on the backend %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'tensorflow') await loadNative();
    else await tf.setBackend(backend);
  });

  it.each([3, 250, -1])('a label of %s is refused, not taken for a loss of 0', async (label) => {
    await expect(step(0, 1, label, 2)).rejects.toThrow(
      `The logits are of 3 classes, from 0 to 2, but a label is ${label}.`,
    );
  });

  it('all labels from the first class to the last are taken', async () => {
    expect(await step(0, 1, 2, 2)).toBeCloseTo(Math.log(3), 5);
  });
});
