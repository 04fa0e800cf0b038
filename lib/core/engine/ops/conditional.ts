import * as tf from '@tensorflow/tfjs';
import { kernels } from '../kernels';
import { withGradient } from './withGradient';

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
 * x + f where `keep` is true, else x, without the work of f and of its gradient.
 *
 * Inside `compile` the graph decides in each call, by Switch and Merge (Yu et al. 2018, section 4.2):
 * an op with an input that was not computed does not run. Elsewhere the condition is read. The tensors
 * `entering` get a gradient of zero from a branch that did not run.
 *
 * @param keep whether to run the branch, a bool scalar
 * @param x what f is added to, of f's shape
 * @param entering the tensors, such as weights, that `f` lets enter the branch
 * @param f computes f from what it lets enter
 */
export function addWhen<T extends tf.Tensor>(
  keep: tf.Scalar,
  x: T,
  entering: readonly tf.Tensor[],
  f: (branch: Branch) => T,
): T {
  const branch = kernels().branch?.(keep);
  if (branch) return branch.add(x, f(branch));
  return tf.add<T>(x, keep.dataSync()[0] ? f(always) : nothing(entering));
}

/** A scalar 0 whose gradient by each of `tensors` is zero. */
function nothing(tensors: readonly tf.Tensor[]): tf.Tensor {
  if (tensors.length === 0) return tf.scalar(0);
  return withGradient('addWhen', tensors, (tensors, save) => {
    save([...tensors]);
    const gradFunc = (_: tf.Tensor, saved: tf.Tensor[]) => saved.map((each) => tf.zerosLike(each));
    return { value: tf.scalar(0), gradFunc };
  });
}
