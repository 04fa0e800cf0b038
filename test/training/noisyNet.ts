import * as tf from '@tensorflow/tfjs';
import { batchNorm, GraphRandom, Stream } from '../../lib/core/engine';
import type { Trainable } from '../../lib/training';

/** A dense net with everything that a checkpoint must hold: weights, moving statistics, dropout. */
export function noisyNet(seed = 1): Trainable & { dispose(): void } {
  const stream = Stream.of(seed);
  const normal = (shape: number[]) =>
    tf.tidy(() => {
      const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () =>
        stream.normal(0, 0.1),
      );
      return tf.variable(tf.tensor(values, shape));
    });
  const first = normal([784, 20]);
  const second = normal([20, 10]);
  const [gamma, beta] = [1, 0].map((value) => tf.tidy(() => tf.variable(tf.fill([20], value))));
  const mean = tf.tidy(() => tf.variable(tf.zeros([20]), false));
  const random = new GraphRandom(stream.seed());
  const variables = [first, second, gamma!, beta!];
  const statistics = [mean, random.count];
  return {
    variables,
    statistics,
    logits: (images, { training = false } = {}) =>
      tf.tidy(() => {
        const x = tf.matMul(tf.reshape(images, [-1, 784]), first);
        const normalized = batchNorm(x, gamma as tf.Tensor1D, beta as tf.Tensor1D);
        if (training) mean.assign(tf.add(tf.mul(mean, 0.9), tf.mul(normalized.mean, 0.1)));
        const hidden = tf.relu(normalized.y);
        const kept = training ? random.dropout(hidden, 0.3) : hidden;
        return tf.matMul(kept, second);
      }),
    dispose: () => tf.dispose([...variables, ...statistics]),
  };
}

/** The bytes of all variables, one after the other. */
export function bytesOf({ variables, statistics = [] }: Trainable): Buffer {
  return Buffer.concat(
    [...variables, ...statistics].map((variable) => {
      const { buffer, byteOffset, byteLength } = variable.dataSync().slice();
      return Buffer.from(buffer, byteOffset, byteLength);
    }),
  );
}
