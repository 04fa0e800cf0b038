import * as tf from '@tensorflow/tfjs';
import type { Stream } from '../engine';
import type { Network } from '../networks';
import { gateCounts, transformGates } from './gates';
import { inRows, inRowsOf } from './rows';
import { checkLabels, readings, summed, type ProbeOptions } from './samples';

/** How {@link gateRouting} measures. */
export interface RoutingOptions extends ProbeOptions {
  /** Number of classes. */
  classes: number;
  /** How often the labels are shuffled for the control. Default 20. */
  shuffles?: number;
  /** Shuffles them. */
  stream: Stream;
}

/** How the gates differ between classes. */
export interface Routing {
  /** A class's mean gates minus the mean over all samples, `[class][block][unit]`. */
  byClass: number[][][];
  /** Between-class variance of the gates by block, mean over units. */
  variance: number[];
  /** The same with shuffled labels, `[shuffle][block]`. */
  shuffled: number[][];
}

/**
 * How the transform gates differ between classes (Srivastava, Greff and Schmidhuber 2015, Figure 3),
 * and how much of that the number of samples alone gives: with n samples, n_c of class c, means m_c
 * by class and m over all, the between-class variance of a gate is
 *
 *     sum_c (n_c / n) (m_c - m)^2,
 *
 * for the labels as they are and for permutations of them.
 *
 * @param inputs [samples, ...net.inputShape]
 * @param labels int32, [samples]
 * @throws RangeError when inputs and labels differ in number, or a class has no sample.
 */
export async function gateRouting(
  net: Network,
  inputs: tf.Tensor,
  labels: tf.Tensor1D,
  { classes, shuffles = 20, stream, ...options }: RoutingOptions,
): Promise<Routing> {
  await checkLabels(net, inputs, labels);
  const own = Int32Array.from(await labels.data());
  const counts = countsOf(own, classes);
  const permuted = Array.from({ length: shuffles }, (_, i) =>
    stream
      .fork(i)
      .permutation(own.length)
      .map((from) => own[from]!),
  );
  const measure = (batch: tf.Tensor, start: number) => {
    const gates = transformGates(net, batch);
    const rows = [own, ...permuted].map((labels) =>
      tf.oneHot(tf.tensor1d(labels.subarray(start, start + batch.shape[0]), 'int32'), classes),
    );
    return tf.matMul(tf.cast(tf.concat(rows, 1), 'float32'), gates, true);
  };
  const sums = await summed(readings(net, inputs, options, measure, 2));
  const blocks = gateCounts(net);
  const [actual, ...control] = inRows(sums, 1 + shuffles).map((sums) =>
    deviations(inRows(sums, classes), counts),
  );
  const variance = (deviations: number[][]) => betweenClasses(deviations, counts, blocks);
  return {
    byClass: actual!.map((gates) => inRowsOf(gates, blocks)),
    variance: variance(actual!),
    shuffled: control.map(variance),
  };
}

function countsOf(labels: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) {
    if (!(label in counts))
      throw new RangeError(`The label ${label} is none of ${classes} classes.`);
    counts[label]!++;
  }
  const empty = counts.indexOf(0);
  if (empty >= 0)
    throw new RangeError(`The class ${empty} has no sample among the ${labels.length}.`);
  return counts;
}

/** From sums by class, `[class][gate]`: the class's mean minus the mean over all. */
function deviations(sums: number[][], counts: number[]): number[][] {
  const n = counts.reduce((a, b) => a + b);
  const overall = sums[0]!.map((_, i) => sums.reduce((total, row) => total + row[i]!, 0) / n);
  return sums.map((row, c) => row.map((sum, i) => sum / counts[c]! - overall[i]!));
}

function betweenClasses(deviations: number[][], counts: number[], blocks: number[]): number[] {
  const n = counts.reduce((a, b) => a + b);
  const byGate = deviations[0]!.map((_, i) =>
    deviations.reduce((sum, row, c) => sum + (counts[c]! / n) * row[i]! ** 2, 0),
  );
  return inRowsOf(byGate, blocks).map((row) => row.reduce((a, b) => a + b) / row.length);
}
