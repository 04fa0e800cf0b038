import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { compile, softmaxCrossEntropy, type Stream } from '../engine';
import type { Batch, Split } from '../datasets';
import { makeOptimizer, type Recipe } from './recipe';
import { rateAt } from './schedule';

/** What can be trained: variables and what they make of a batch. */
export interface Trainable {
  /** The variables that gradients change. */
  readonly variables: readonly tf.Variable[];
  /** What else a training step changes, such as moving statistics. */
  readonly statistics?: readonly tf.Variable[];
  /** Logits, [batch, classes], of images [batch, height, width, channels]. */
  logits(images: tf.Tensor4D, mode?: { training?: boolean }): tf.Tensor2D;
}

/** How a run is going. */
export interface StepReport {
  /** The step just taken, from 0. */
  step: number;
  /** The mean cross-entropy of its batch before the step, in nats. */
  loss: number;
}

/** What {@link fit} draws from and reports to. */
export interface FitOptions {
  /** Orders the batches. */
  stream: Stream;
  onStep?: (report: StepReport) => void | Promise<void>;
}

/** Raised when the loss is no number any more. */
export class DivergedError extends Error {}

/**
 * Trains a net on softmax cross-entropy with compiled steps: an epoch after another, each in an
 * order of its own, without the last batch where it is not full.
 *
 * @returns the loss of each step, in nats.
 * @throws DivergedError when the loss stops being finite; the message names the step and the rate.
 * @throws RangeError when a batch is larger than the data.
 */
export async function fit(
  net: Trainable,
  data: Split,
  recipe: Recipe,
  { stream, onStep }: FitOptions,
): Promise<Float32Array> {
  const { batchSize, steps, schedule } = recipe;
  if (batchSize > data.size) {
    throw new RangeError(`A batch of ${batchSize} needs more than the ${data.size} images here.`);
  }
  const optimizer = makeOptimizer(recipe, net.variables);
  const update = compile(
    (images: tf.Tensor4D, labels: tf.Tensor1D, rate: tf.Scalar) =>
      optimizer.minimize(
        () => softmaxCrossEntropy(labels, net.logits(images, { training: true })),
        rate,
      ),
    { state: [...net.variables, ...optimizer.state] },
  );
  const losses = new Float32Array(steps);
  try {
    for (const { step, images, labels } of fullBatches(data, batchSize, steps, stream)) {
      const rate = rateAt(schedule, step, steps);
      const loss = await valueOf(() => tf.tidy(() => update(images, labels, tf.scalar(rate))));
      if (!Number.isFinite(loss)) {
        throw new DivergedError(
          `The loss is ${loss} at step ${step} of ${steps}, at rate ${rate}. Try a smaller rate.`,
        );
      }
      losses[step] = loss;
      await onStep?.({ step, loss });
      if (step % 16 === 0) await setImmediate();
    }
  } finally {
    update.dispose();
    optimizer.dispose();
  }
  return losses;
}

/** `steps` full batches, epoch after epoch. */
function* fullBatches(
  data: Split,
  batchSize: number,
  steps: number,
  stream: Stream,
): Generator<Batch & { step: number }> {
  const perEpoch = Math.floor(data.size / batchSize);
  for (let epoch = 0; epoch * perEpoch < steps; epoch++) {
    let index = 0;
    for (const batch of data.batches(batchSize, stream.fork(epoch))) {
      const step = epoch * perEpoch + index++;
      if (index > perEpoch || step >= steps) break;
      yield { ...batch, step };
    }
  }
}

async function valueOf(compute: () => tf.Scalar): Promise<number> {
  const scalar = compute();
  const [value] = await scalar.data();
  scalar.dispose();
  return value!;
}
