import * as tf from '@tensorflow/tfjs';
import type { GraphBranch } from 'unrolled-core/internal';

/**
 * A branch that runs in any case, and whose results count only where the condition holds: for a GPU, which
 * would wait for the condition as long as for the branch, and for XLA, which has no Switch and Merge.
 */
export class SelectedBranch implements GraphBranch {
  constructor(private readonly keep: tf.Scalar) {}

  enter<T extends tf.Tensor>(x: T): T {
    return x;
  }

  leave<T extends tf.Tensor>(value: T, otherwise: T): T {
    return tf.where(this.keep, value, otherwise);
  }

  add<T extends tf.Tensor>(x: T, f: T): T {
    return tf.tidy(() => tf.add<T>(x, tf.where(this.keep, f, tf.zerosLike(f))));
  }
}
