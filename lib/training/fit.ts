import * as tf from '@tensorflow/tfjs';
import { InterruptedError, softmaxCrossEntropy, type Split, type Stream } from 'unrolled-core';
import { compileLoop, interruption, labelCheck, type Loop } from 'unrolled-core/internal';
import { vary } from './augment';
import { plannedSteps, type StepPlan } from './batches';
import { Checkpoints, type CheckpointOptions } from './checkpoints';
import { identify } from './identity';
import { Pace } from './pace';
import { makeOptimizer, type Recipe } from './recipe';
import { checkSchedule, rateAt } from './schedule';
import type { Trainable } from './trainable';
import { watchUnlisted } from './unlisted';
import { Watcher, type Watch } from './watch';

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
  /**
   * Told of each step; after a resumption first of those taken before it. On a GPU, where many steps are
   * made in one call, the net may be some steps further than the report: to look at it, `watch`.
   */
  onStep?: (report: StepReport) => void | Promise<void>;
  /** Measures the net now and then. Default: never. */
  watch?: Watch;
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
 * to the bit where the backend gives the same bits twice. When the file has all steps, none is taken;
 * a run that diverged is kept as such, and diverges again at once.
 *
 * @returns the loss of each step, in nats.
 * @throws InterruptedError when it is interrupted; a run with a checkpoint is saved before.
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
  { stream, onStep, watch, checkpoint }: FitOptions,
): Promise<Float32Array> {
  const { steps, schedule, augmentation, clipNorm } = recipe;
  if (!Number.isInteger(steps) || steps < 0) {
    throw new RangeError(`A run has a whole number of steps, not ${steps}.`);
  }
  if (clipNorm !== undefined && !(Number.isFinite(clipNorm) && clipNorm > 0)) {
    throw new RangeError(`clipNorm is a positive number, not ${clipNorm}.`);
  }
  checkSchedule(schedule);
  const checkLabels = await labelCheck(data.labels);
  const optimizer = makeOptimizer(recipe, net.variables);
  const trained = [...net.variables, ...(net.statistics ?? [])];
  const state = [...trained, ...optimizer.state];
  const update = compileLoop(
    ([images, classes], [rows, rate, variations]) => {
      const loss = () => {
        const gathered = tf.gather(images!, rows as tf.Tensor1D);
        const inputs = variations
          ? vary(gathered as tf.Tensor4D, augmentation!, variations as tf.Tensor2D)
          : gathered;
        const logits = net.logits(inputs, { training: true });
        checkLabels(logits.shape[1]);
        const labels = tf.gather(classes!, rows as tf.Tensor1D) as tf.Tensor1D;
        return softmaxCrossEntropy(labels, logits);
      };
      return optimizer.minimize(loss, rate as tf.Scalar, clipNorm);
    },
    { data: [data.inputs, data.labels], calls: steps, state },
  );
  const losses = new Float32Array(steps);
  try {
    const checkpoints =
      checkpoint &&
      new Checkpoints(checkpoint, {
        ...(await identify(net, data, recipe, stream)),
        watched: watch?.every ?? null,
      });
    const found = await checkpoints?.load();
    const watcher = new Watcher(watch, found?.measured);
    if (found) {
      if (found.steps < steps && !found.diverged) rehearse(update, data, recipe, stream);
      found.values.forEach((value, i) => state[i]!.assign(value));
      tf.dispose(found.values);
      losses.set(found.losses);
      for (const [step, loss] of found.losses.entries()) await onStep?.({ step, loss });
      if (found.diverged) throw new DivergedError(found.diverged);
    }
    let check: (() => void) | undefined;
    const first = found?.steps ?? 0;
    if (!found) await watcher.look(0);
    const plan = plannedSteps(data.size, recipe, stream, first);
    const pace = new Pace(update.atOnce);
    const isInterrupted = interruption();
    for (let done = first; done < steps;) {
      const due = [checkpoints, watcher].map((each) => each?.stepsUntilDue(done) ?? Infinity);
      const chunk = take(plan, Math.min(pace.steps, ...due));
      const rates = chunk.map(({ step }) => rateAt(schedule, step, steps));
      const values = await pace.of(() => valuesOf(() => update.run(stacksOf(chunk, rates))));
      for (const [i, { step }] of chunk.entries()) {
        const loss = values[i]!;
        if (!Number.isFinite(loss)) {
          const diverged = `The loss is ${loss} at step ${step} of ${steps}, at rate ${rates[i]}. Try a smaller rate.`;
          const taken = { steps: step, losses: losses.subarray(0, step), measured: watcher.rows };
          await checkpoints?.save({ ...taken, values: [], diverged });
          throw new DivergedError(diverged);
        }
        losses[step] = loss;
      }
      check?.();
      check = checkpoints && done === first ? watchUnlisted(state) : undefined;
      done += chunk.length;
      await watcher.look(done);
      const isLast = done === steps;
      const stops = !isLast && (await isInterrupted());
      if (checkpoints && (isLast || stops || checkpoints.isDue(done))) {
        await checkpoints.save({
          steps: done,
          losses: losses.subarray(0, done),
          measured: watcher.rows,
          values: isLast ? trained : state,
        });
      }
      for (const { step } of chunk) await onStep?.({ step, loss: losses[step]! });
      if (stops) throw new InterruptedError(`Interrupted after ${done} of ${steps} steps.`);
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
function rehearse(update: Loop, data: Split, recipe: Recipe, stream: Stream): void {
  const chunk = take(plannedSteps(data.size, recipe, stream), 1);
  tf.dispose(tf.tidy(() => update.run(stacksOf(chunk, [0]))));
}

function take(plan: Iterator<StepPlan, undefined>, count: number): StepPlan[] {
  const chunk: StepPlan[] = [];
  while (chunk.length < count) {
    const { value } = plan.next();
    if (!value) break;
    chunk.push(value);
  }
  return chunk;
}

/** The inputs of some steps, stacked: the numbers of their images, their rates, how images are varied. */
function stacksOf(chunk: StepPlan[], rates: number[]): tf.Tensor[] {
  const count = chunk.length;
  const stack = (values: Int32Array[], shape: number[]) => {
    const flat = new Int32Array(tf.util.sizeFromShape(shape));
    values.forEach((each, i) => flat.set(each, i * each.length));
    return tf.tensor(flat, shape, 'int32');
  };
  const size = chunk[0]!.rows.length;
  const rows = stack(
    chunk.map(({ rows }) => rows),
    [count, size],
  );
  const varied = chunk.flatMap(({ variations }) => (variations ? [variations] : []));
  const variations = varied.length > 0 ? [stack(varied, [count, size, 3])] : [];
  return [rows, tf.tensor1d(rates), ...variations];
}

async function valuesOf(compute: () => tf.Tensor1D): Promise<Float32Array> {
  const tensor = tf.tidy(compute);
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return values;
}
