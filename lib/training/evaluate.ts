import * as tf from '@tensorflow/tfjs';
import { compile, softmaxCrossEntropy, type Split } from 'unrolled-core';
import { checkBatchSize } from 'unrolled-core/internal';
import type { Trainable } from './trainable';

/** How well a net does on a split. */
export interface Evaluation {
  /** Share of images whose largest logit is the label's. */
  accuracy: number;
  /** Mean cross-entropy, in nats. */
  loss: number;
}

/**
 * Accuracy and mean loss over a whole split, `batchSize` images at a time.
 * @throws RangeError when `batchSize` is not a positive integer.
 */
export async function evaluate(net: Trainable, data: Split, batchSize = 1000): Promise<Evaluation> {
  checkBatchSize(batchSize);
  const measure = compile((inputs: tf.Tensor, labels: tf.Tensor1D) => {
    const logits = net.logits(inputs);
    const right = tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'));
    return tf.stack([right, tf.mul(softmaxCrossEntropy(labels, logits), labels.size)]);
  });
  let [right, loss] = [0, 0];
  try {
    for (let start = 0; start < data.size; start += batchSize) {
      const count = Math.min(batchSize, data.size - start);
      const sums = tf.tidy(() =>
        measure(tf.slice(data.inputs, start, count), tf.slice(data.labels, start, count)),
      );
      const [batchRight, batchLoss] = await sums.data();
      sums.dispose();
      right += batchRight!;
      loss += batchLoss!;
    }
  } finally {
    measure.dispose();
  }
  return { accuracy: right / data.size, loss: loss / data.size };
}
