import * as tf from '@tensorflow/tfjs';
import { GraphRandom } from '../engine';
import { addWhen, always, type Branch } from '../engine/ops/conditional';

/** Stochastic depth in one block. */
export interface DropPathOptions {
  /** p, the probability that a training step keeps the branch; in (0, 1]. */
  survival: number;
  /** Whether one draw holds for the batch, as in the paper, or each sample has its own. Default `batch`. */
  per?: 'batch' | 'sample';
  /** Seeds the draws; an integer of 32 bits. */
  seed: number;
}

/** How the probability of survival changes with depth. */
export interface SurvivalSchedule {
  /** `linear`: p_l = 1 - (l / L) (1 - p_L); `uniform`: p_l = p_L. */
  kind: 'linear' | 'uniform';
  /** p_L, that of the last block; in (0, 1]. The paper uses 0.5. */
  last: number;
}

/**
 * p_l of the blocks l = 1 ... L (Huang, Sun, Liu, Sedra and Weinberger 2016, equation 4).
 * @param blocks L
 * @throws RangeError when p_L is not in (0, 1], or `kind` is unknown.
 */
export function survivalProbabilities({ kind, last }: SurvivalSchedule, blocks: number): number[] {
  checkSurvival('last', last);
  if (kind !== 'linear' && kind !== 'uniform') {
    throw new RangeError(`kind is one of linear, uniform, not "${String(kind)}".`);
  }
  const indices = Array.from({ length: blocks }, (_, i) => i + 1);
  return indices.map((l) => (kind === 'uniform' ? last : 1 - (l / blocks) * (1 - last)));
}

/** How many blocks a training step runs on average; (3 L - 1) / 4 with a linear schedule to 0.5. */
export function expectedDepth(probabilities: readonly number[]): number {
  return probabilities.reduce((sum, p) => sum + p, 0);
}

/**
 * Adds a branch to a shortcut by stochastic depth (Huang, Sun, Liu, Sedra and Weinberger 2016,
 * equations 2 and 5): x + b f in training, with b 1 at probability p and else 0, and x + p f in
 * evaluation. Where b is drawn for the batch, a dropped branch costs nothing in a graph, in both
 * directions, and its weights get a gradient of zero.
 */
export class DropPath {
  private readonly random: GraphRandom;

  /** @param draws counts the draws; an int32 scalar */
  constructor(
    private readonly options: DropPathOptions,
    draws: tf.Variable,
  ) {
    this.random = new GraphRandom(options.seed, draws);
  }

  /**
   * @param x the shortcut, [batch, ...]
   * @param f the branch, of x's shape
   */
  add<T extends tf.Tensor>(x: T, f: (branch: Branch) => T, training: boolean): T {
    const { survival, per } = this.options;
    if (!training) return tf.add<T>(x, tf.mul<T>(f(always), survival));
    if (per === 'sample') {
      const shape = x.shape.map((size, axis) => (axis === 0 ? size : 1));
      return tf.add<T>(x, tf.mul<T>(f(always), this.random.bernoulli<tf.Rank>(shape, survival)));
    }
    const keep = tf.less<tf.Scalar>(this.random.uniform<tf.Rank.R0>([]), survival);
    return addWhen(keep, x, f);
  }
}

/** @throws RangeError when `value` is not a probability above 0; the message has `option`. */
export function checkSurvival(option: string, value: number): void {
  if (value > 0 && value <= 1) return;
  throw new RangeError(`${option} is a probability above 0 and up to 1, not ${value}.`);
}
