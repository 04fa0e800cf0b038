import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { numbersIn } from '../networks/route';
import { inRows, type BlockRow } from './rows';
import { readings, summed, type ProbeOptions } from './samples';
import { stageStates, statesOf, type StageState } from './states';

/** How much the states of a stage differ from its end, and how much they would in another order. */
export interface ErrorVarianceRow extends BlockRow {
  /** Variance of the error over samples and units. */
  variance: number;
  /** The same in random order: the mean over all orders of the stage's own updates. */
  shuffled: number;
}

/**
 * The variance of the estimation error along each stage (Greff, Srivastava and Schmidhuber 2017, Figure 3)
 * beside a null that it falls from anyhow. With the states a^0 ... a^K of a stage and its updates u_j = a^j -
 * a^(j-1), the error after k blocks is what the others still add, e^k = -sum_(j > k) u_j, and
 *
 *     variance_k = sum_(i, j > k) c_ij,  c_ij = Cov[u_i, u_j] over samples and units.
 *
 * With the same updates in random order, m = K - k of them are left, any m alike:
 *
 *     shuffled_k = m / K sum_i c_ii + m (m - 1) / (K (K - 1)) sum_(i /= j) c_ij.
 *
 * A stage that settles early is below it, one that does most at its end above. The row of a^0 has the
 * name of what made that state. States of another shape than the stage's end have no row.
 *
 * @param inputs [samples, ...net.inputShape]
 */
export async function stageErrorVariances(
  net: Network,
  inputs: tf.Tensor,
  options: ProbeOptions = {},
): Promise<ErrorVarianceRow[]> {
  const stages = stagesOf(stageStates(net));
  const measure = (batch: tf.Tensor) => {
    const states = statesOf(net, batch);
    return tf.concat(stages.map((stage) => tf.tidy(() => products(stage, states))));
  };
  const sums = await summed(readings(net, inputs, options, measure, 3));
  let start = 0;
  return stages.flatMap((stage) => {
    const updates = stage.length - 1;
    const own = sums.subarray(start, (start += (updates + 1) * updates));
    const count = inputs.shape[0] * numbersIn(stage[0]!.shape);
    const covariances = covariancesOf(inRows(own, updates + 1), count);
    return stage.map(({ row }, k) => ({ ...row, ...variancesAfter(k, covariances) }));
  });
}

/** The states by stage; a stage without an update has none. */
function stagesOf(states: readonly StageState[]): StageState[][] {
  const ends = [...new Set(states.map(({ end }) => end))];
  return ends
    .map((end) => states.filter((state) => state.end === end))
    .filter(({ length }) => length > 1);
}

/** The inner products of all updates with each other, and their sums, [(updates + 1) * updates]. */
function products(stage: readonly StageState[], states: readonly tf.Tensor[]): tf.Tensor1D {
  const updates = stage.slice(1).map(({ at }) => tf.sub(states[at]!, states[at - 1]!));
  const rows = tf.stack(updates.map((update) => tf.reshape(update, [-1]))) as tf.Tensor2D;
  const squares = tf.matMul(rows, rows, false, true);
  return tf.reshape(tf.concat([squares, tf.expandDims(tf.sum(rows, 1), 0)]), [-1]);
}

function covariancesOf(products: number[][], count: number): number[][] {
  const sums = products.at(-1)!;
  return sums.map((a, i) => sums.map((b, j) => products[i]![j]! / count - (a * b) / count ** 2));
}

function variancesAfter(k: number, c: number[][]): { variance: number; shuffled: number } {
  const sum = (from: number) =>
    c.slice(from).reduce((total, row) => row.slice(from).reduce((a, b) => a + b, total), 0);
  const own = c.reduce((total, row, i) => total + row[i]!, 0);
  const [all, left] = [c.length, c.length - k];
  const pairs = all > 1 ? ((left * (left - 1)) / (all * (all - 1))) * (sum(0) - own) : 0;
  return { variance: Math.max(0, sum(k)), shuffled: Math.max(0, (left / all) * own + pairs) };
}
