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
  /** Variance of the gates over all samples by block, mean over units. */
  total: number[];
  /** Eta squared by block, the share of that variance which is between classes; 0 where no gate varies. */
  share: number[];
}

/**
 * How the transform gates differ between classes (Srivastava, Greff and Schmidhuber 2015, Figure 3),
 * and how much of that the number of samples alone gives: with n samples, n_c of class c, means m_c
 * by class and m over all, the between-class variance of a gate is
 *
 *     sum_c (n_c / n) (m_c - m)^2,
 *
 * for the labels as they are and for permutations of them. Over the variance of the gate it is eta
 * squared (Fisher 1925), which does not depend on how much gates vary, nor, but for a share of
 * (classes - 1) / (n - 1) by chance, on n. Of a block or a net it is the ratio of the sums over units.
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
  const origin = tf.tidy(() => transformGates(net, tf.slice(inputs, 0, 1)));
  const measure = (batch: tf.Tensor, start: number) => {
    const gates = tf.sub<tf.Tensor2D>(transformGates(net, batch), origin);
    const rows = [own, ...permuted].map((labels) =>
      tf.oneHot(tf.tensor1d(labels.subarray(start, start + batch.shape[0]), 'int32'), classes),
    );
    const byClass = tf.matMul<tf.Tensor2D>(tf.cast(tf.concat(rows, 1), 'float32'), gates, true);
    return tf.concat([byClass, tf.sum(tf.square(gates), 0, true)]);
  };
  const sums = await summed(readings(net, inputs, options, measure, 3)).finally(() =>
    origin.dispose(),
  );
  const blocks = gateCounts(net);
  const ofClasses = inRows(sums, (1 + shuffles) * classes + 1);
  const squares = ofClasses.pop()!;
  const grouped = Array.from({ length: 1 + shuffles }, (_, i) =>
    ofClasses.slice(i * classes, (i + 1) * classes),
  );
  const [actual, ...control] = grouped.map((sums) => deviations(sums, counts));
  const between = (deviations: number[][]) => betweenClasses(deviations, counts, blocks);
  const variance = between(actual!);
  const total = meansOf(variances(grouped[0]!, squares, own.length), blocks);
  return {
    byClass: actual!.map((gates) => inRowsOf(gates, blocks)),
    variance,
    shuffled: control.map(between),
    total,
    share: variance.map((part, block) => (total[block]! > rounding ? part / total[block]! : 0)),
  };
}

/** The variance of gates that differ by rounding alone, in float32, is smaller. */
const rounding = 1e-12;

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
  return meansOf(byGate, blocks);
}

/** The variance of each gate over n samples, from its sums by class and its summed squares. */
function variances(sums: number[][], squares: number[], n: number): number[] {
  return squares.map((square, i) => {
    const mean = sums.reduce((total, row) => total + row[i]!, 0) / n;
    return square / n - mean * mean;
  });
}

/** The mean over the gates of each block. */
function meansOf(byGate: number[], blocks: number[]): number[] {
  return inRowsOf(byGate, blocks).map((row) => row.reduce((a, b) => a + b) / row.length);
}
