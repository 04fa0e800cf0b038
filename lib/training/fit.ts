import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { compile, softmaxCrossEntropy, type Split, type Stream } from 'unrolled-core';
import { labelCheck } from 'unrolled-core/internal';
import { trainingBatches } from './batches';
import { Checkpoints, type CheckpointOptions } from './checkpoints';
import { identify } from './identity';
import { makeOptimizer, type Recipe } from './recipe';
import { checkSchedule, rateAt } from './schedule';
import type { Trainable } from './trainable';
import { watchUnlisted } from './unlisted';

/** How a run is going. */
export interface StepReport {
  /** The step just taken, from 0. */
  step: number;
  /** The mean cross-entropy of its batch before the step, in nats. */
  loss: number;
}

/** What {@link fit} draws from and reports to. */
export interface FitOptions {
  /** Orders the batches and varies their images. */
  stream: Stream;
  /** Told of each step; after a resumption first of those taken before it. */
  onStep?: (report: StepReport) => void | Promise<void>;
  /** Saves the run, and resumes what was saved. Default: neither. */
  checkpoint?: CheckpointOptions;
}

/** Raised when the loss is no number any more. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

/**
 * Trains a net on softmax cross-entropy with compiled steps: an epoch after another, each in an
 * order of its own, without the last batch where it is not full.
 *
 * With a `checkpoint` the run is saved now and then: the net's variables and statistics, those of
 * the optimizer, the losses so far. Called again with the same net, data, recipe and stream (after
 * a kill, say), it goes on where the file ends, to the weights of a run that was never interrupted:
 * to the bit where the backend gives the same bits twice. When the file has all steps, none is taken.
 *
 * @returns the loss of each step, in nats.
 * @throws DivergedError when the loss stops being finite; the message names the step and the rate.
 * @throws RangeError when a batch is larger than the data, or no whole number of images or steps; when
 *   the recipe names what there is not, or a label is no class of the net's.
 * @throws CheckpointError when the file is damaged, of another run, or cannot be written.
 * @throws Error when the run is to be saved, but a step changes variables that the net does not list.
 */
export async function fit(
  net: Trainable,
  data: Split,
  recipe: Recipe,
  { stream, onStep, checkpoint }: FitOptions,
): Promise<Float32Array> {
  const { steps, schedule } = recipe;
  if (!Number.isInteger(steps) || steps < 0) {
    throw new RangeError(`A run has a whole number of steps, not ${steps}.`);
  }
  checkSchedule(schedule);
  const checkLabels = await labelCheck(data.labels);
  const optimizer = makeOptimizer(recipe, net.variables);
  const trained = [...net.variables, ...(net.statistics ?? [])];
  const state = [...trained, ...optimizer.state];
  const update = compile(
    (inputs: tf.Tensor, labels: tf.Tensor1D, rate: tf.Scalar) =>
      optimizer.minimize(() => {
        const logits = net.logits(inputs, { training: true });
        checkLabels(logits.shape[1]);
        return softmaxCrossEntropy(labels, logits);
      }, rate),
    { state },
  );
  const losses = new Float32Array(steps);
  try {
    const checkpoints =
      checkpoint && new Checkpoints(checkpoint, await identify(net, data, recipe, stream));
    const found = await checkpoints?.load();
    if (found) {
      if (found.steps < steps) rehearse(update, data, recipe);
      found.values.forEach((value, i) => state[i]!.assign(value));
      tf.dispose(found.values);
      losses.set(found.losses);
      for (const [step, loss] of found.losses.entries()) await onStep?.({ step, loss });
    }
    let check: (() => void) | undefined;
    const first = found?.steps ?? 0;
    for (const batch of trainingBatches(data, recipe, stream, found?.steps)) {
      const { step, inputs, labels } = batch;
      const rate = rateAt(schedule, step, steps);
      const loss = await valueOf(() => tf.tidy(() => update(inputs, labels, tf.scalar(rate))));
      if (!Number.isFinite(loss)) {
        throw new DivergedError(
          `The loss is ${loss} at step ${step} of ${steps}, at rate ${rate}. Try a smaller rate.`,
        );
      }
      losses[step] = loss;
      check?.();
      check = checkpoints && step === first ? watchUnlisted(state) : undefined;
      const isLast = step + 1 === steps;
      if (checkpoints && (isLast || checkpoints.isDue(step + 1))) {
        await checkpoints.save({
          steps: step + 1,
          losses: losses.subarray(0, step + 1),
          values: isLast ? trained : state,
        });
      }
      await onStep?.({ step, loss });
      if (step % 16 === 0) await setImmediate();
    }
  } finally {
    update.dispose();
    optimizer.dispose();
  }
  return losses;
}

/**
 * Takes a step for nothing, so that the step is recorded: the first call of a compiled function runs
 * op by op and rounds differently, which the run that is resumed did at its own first step.
 */
function rehearse(
  update: (inputs: tf.Tensor, labels: tf.Tensor1D, rate: tf.Scalar) => tf.Scalar,
  data: Split,
  { batchSize }: Recipe,
): void {
  const [, ...shape] = data.inputs.shape;
  tf.tidy(() => {
    const inputs = tf.zeros([batchSize, ...shape]);
    update(inputs, tf.zeros<tf.Rank.R1>([batchSize], 'int32'), tf.scalar(0));
  });
}

async function valueOf(compute: () => tf.Scalar): Promise<number> {
  const scalar = compute();
  const [value] = await scalar.data();
  scalar.dispose();
  return value!;
}
