import * as tf from '@tensorflow/tfjs';
import { kernels } from '../kernels';

/** The inside of a branch that runs only on a condition. */
export interface Branch {
  /** x as the branch sees it. Every tensor from outside that is to get a gradient has to enter. */
  enter<T extends tf.Tensor>(x: T): T;
  /** `value` of the inside where the branch runs, else `otherwise`. No gradient. */
  leave<T extends tf.Tensor>(value: T, otherwise: T): T;
}

/** A branch that always runs. */
export const always: Branch = { enter: (x) => x, leave: (value) => value };

/**
 * x + f where `keep` is true, else x.
 *
 * Inside `compile` the graph decides in each call, by Switch and Merge (Yu et al. 2018, section 4.2): a branch that
 * does not run costs nothing, and its gradient neither. Elsewhere both sides are computed, since a condition that the
 * device holds can't be read at once on every backend. What entered a branch that did not run gets a
 * gradient of zero.
 *
 * @param keep whether to run the branch, a bool scalar
 * @param x what f is added to, of f's shape
 * @param f computes f from what it lets enter
 */
export function addWhen<T extends tf.Tensor>(keep: tf.Scalar, x: T, f: (branch: Branch) => T): T {
  const branch = kernels().branch?.(keep);
  if (branch) return branch.add(x, f(branch));
  const leave = <S extends tf.Tensor>(value: S, otherwise: S) =>
    tf.where<S>(keep, value, otherwise);
  const added = f({ enter: (x) => x, leave });
  return tf.add<T>(x, leave(added, tf.zerosLike<T>(added)));
}
