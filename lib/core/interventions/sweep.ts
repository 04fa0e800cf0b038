import * as tf from '@tensorflow/tfjs';
import type { Split } from '../data';
import { labelCheck } from '../data/labels';
import { compile } from '../engine';
import { interruptible } from '../engine/interruption';
import type { Network } from '../networks';
import { samplesAtOnce } from '../networks/budget';
import { places } from '../networks/places';
import { numbersIn } from '../networks/route';
import { withPaths } from './paths';
import { plan, type Plan, type StateReference } from './plan';
import { recalibratedTogether } from './recalibrated';

/** How well a network does on a split. */
export interface Score {
  /** Share of samples whose largest logit is the label's. */
  accuracy: number;
  /** Mean cross-entropy, in nats. */
  loss: number;
}

/** How a sweep is run. */
export interface SweepOptions {
  /**
   * Training data, [samples, ...network.inputShape], on which each network is {@link recalibrated}
   * first, what the networks begin with once. Default: batch norms have their moving statistics.
   */
  recalibrateOn?: tf.Tensor;
  /** Called after each batch with the share that is done, in (0, 1]. */
  onProgress?: (done: number) => void | Promise<void>;
}

/** How many networks are run together. */
const together = 64;

/** From how many batches on a recorded graph saves more time than recording it takes. */
const worthwhile = 6;

/**
 * Accuracy and mean loss of each of several networks over the same blocks, as interventions make
 * them, on a whole split. The networks are run together, so that what they have in
 * common is computed once, and a block runs on the states of many networks at once. The n lesions of a
 * net of n blocks so take n (n + 1) / 2 runs of a block instead of n (n - 1), in n calls, and one trace;
 * in one call where the engine has an op for the blocks.
 *
 * @returns one score a network, in order.
 * @throws RangeError when a label is no class of a network's.
 */
export async function sweep(
  networks: readonly Network[],
  data: Split,
  { recalibrateOn, onProgress }: SweepOptions = {},
): Promise<Score[]> {
  const checkLabels = await labelCheck(data.labels);
  for (const { route } of networks) checkLabels(route.at(-1)!.output.at(-1)!);
  if (recalibrateOn) {
    return sweep(await recalibratedTogether(networks, recalibrateOn), data, { onProgress });
  }
  const scores: Score[] = [];
  const goOn = interruptible();
  for (let start = 0; start < networks.length; start += together) {
    const some = networks.slice(start, start + together);
    const report = (done: number) => onProgress?.((start + done * some.length) / networks.length);
    scores.push(...(await scoreTogether(some, data, report, goOn)));
  }
  return scores;
}

/** Accuracy and mean loss of one network on a whole split. */
export async function evaluate(
  network: Network,
  data: Split,
  options: SweepOptions = {},
): Promise<Score> {
  const [score] = await sweep([network], data, options);
  return score!;
}

async function scoreTogether(
  networks: readonly Network[],
  data: Split,
  report: (done: number) => void | Promise<void>,
  goOn: () => Promise<void>,
): Promise<Score[]> {
  const { size } = data;
  const steps = withPaths(plan(networks));
  const batch = samplesAtOnce(size, numbersOf(networks));
  const run = (inputs: tf.Tensor, labels: tf.Tensor1D, counted: tf.Tensor1D) =>
    tf.tidy(() => score(logitsOf(steps, inputs), labels, counted));
  const compiled = size / batch >= worthwhile ? compile(run) : undefined;
  const measure = compiled ?? run;
  const sums = networks.map(() => ({ right: 0, loss: 0 }));
  try {
    for (let start = 0; start < size; start += batch) {
      await goOn();
      const from = Math.min(start, size - batch);
      const result = tf.tidy(() => {
        const { inputs, labels } = data.slice(from, batch);
        const isNew = tf.greaterEqual<tf.Tensor1D>(tf.range(from, from + batch), start);
        return measure(inputs, labels, tf.cast(isNew, 'float32'));
      });
      const [right, loss] = await result.array();
      result.dispose();
      sums.forEach((sum, i) => {
        sum.right += right![i]!;
        sum.loss += loss![i]!;
      });
      await report(Math.min(1, (start + batch) / size));
    }
  } finally {
    compiled?.dispose();
  }
  return sums.map(({ right, loss }) => ({ accuracy: right / size, loss: loss / size }));
}

/** The logits of all networks, [networks, batch, classes]. */
function logitsOf({ steps, ends, lastUse }: Plan, inputs: tf.Tensor): tf.Tensor3D {
  const batch = inputs.shape[0];
  const slabs: tf.Tensor[] = [inputs];
  steps.forEach(({ layer, inputs }, step) => {
    slabs.push(tf.tidy(() => layer.apply(gather(slabs, inputs, batch)) as tf.Tensor));
    slabs.forEach((slab, i) => {
      if (i > 0 && lastUse[i] === step) slab.dispose();
    });
  });
  return tf.reshape(gather(slabs, ends, batch), [ends.length, batch, -1]);
}

/** The states of `references`, one after the other along the batch. */
function gather(slabs: tf.Tensor[], references: StateReference[], batch: number): tf.Tensor {
  const runs: { slab: number; row: number; count: number }[] = [];
  for (const { slab, row } of references) {
    const last = runs.at(-1);
    if (last?.slab === slab && last.row + last.count === row) last.count++;
    else runs.push({ slab, row, count: 1 });
  }
  const pieces = runs.map(({ slab, row, count }) => {
    const states = slabs[slab]!;
    if (count * batch === states.shape[0]) return states;
    const rest = states.shape.slice(1);
    return tf.slice(states, [row * batch, ...rest.map(() => 0)], [count * batch, ...rest]);
  });
  return pieces.length === 1 ? pieces[0]! : tf.concat(pieces);
}

/** Right answers and summed losses, [2, networks], over the samples that are counted. */
function score(logits: tf.Tensor3D, labels: tf.Tensor1D, counted: tf.Tensor1D): tf.Tensor2D {
  const classes = logits.shape[2];
  const right = tf.cast(tf.equal(tf.argMax(logits, 2), labels), 'float32');
  const likelihood = tf.sum(tf.mul(tf.oneHot(labels, classes), tf.logSoftmax(logits)), 2);
  const total = (x: tf.Tensor) => tf.sum(tf.mul(x, counted), 1);
  return tf.stack([total(right), tf.neg(total(likelihood))]) as tf.Tensor2D;
}

/** How many times the states of all networks are held: what goes in, what comes out, and what is between. */
const copies = 4;

/** Numbers that are held of one sample while networks are run together. */
function numbersOf(networks: readonly Network[]): number {
  const states = networks.flatMap((network) => places(network).map(({ output }) => output));
  const largest = Math.max(1, ...states.map(numbersIn));
  return copies * Math.max(numbersIn(networks[0]!.route[0]!.input), networks.length * largest);
}
