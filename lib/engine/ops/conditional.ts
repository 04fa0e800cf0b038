import * as tf from '@tensorflow/tfjs';
import { type Addon, currentAddon } from '../compile/addon';
import { type Recording, currentRecording } from '../compile/recording';
import { withGradient } from './with-gradient';

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
  const addon = currentAddon();
  const recording = currentRecording();
  if (addon && recording) {
    const switched = new SwitchedBranch(addon, recording, keep);
    return switched.add(x, f(switched));
  }
  return tf.add<T>(x, keep.dataSync()[0] ? f(always) : nothing(entering));
}

/** A scalar 0 whose gradient by each of `tensors` is zero. */
function nothing(tensors: readonly tf.Tensor[]): tf.Tensor {
  if (tensors.length === 0) return tf.scalar(0);
  return withGradient(tensors, (tensors, save) => {
    save([...tensors]);
    const gradFunc = (_: tf.Tensor, saved: tf.Tensor[]) => saved.map((each) => tf.zerosLike(each));
    return { value: tf.scalar(0), gradFunc };
  });
}

/**
 * A branch of a graph. While it is recorded it runs in any case; results are those of the condition.
 */
class SwitchedBranch implements Branch {
  constructor(
    private readonly addon: Addon,
    private readonly recording: Recording,
    private readonly keep: tf.Scalar,
  ) {}

  enter<T extends tf.Tensor>(x: T): T {
    return withGradient([x], ([x], save) => {
      save([x, this.keep]);
      const gradFunc = (dy: tf.Tensor, [x, keep]: tf.Tensor[]) =>
        this.merge(keep!, dy, this.zeros(x!, keep!));
      return { value: this.switch(x, this.keep, true), gradFunc };
    }) as T;
  }

  leave<T extends tf.Tensor>(value: T, otherwise: T): T {
    const { keep } = this;
    return tf.tidy(() => this.merge(keep, value, this.switch(otherwise, keep, false))) as T;
  }

  /** x + f, and x where the branch does not run; the gradient enters the branch with f. */
  add<T extends tf.Tensor>(x: T, f: T): T {
    return withGradient([x, f], ([x, f], save) => {
      save([this.keep]);
      const inside = this.switch(x, this.keep, true);
      const outside = this.switch(x, this.keep, false);
      const value = this.merge(this.keep, tf.add(inside, f), outside);
      const gradFunc = (dy: tf.Tensor, [keep]: tf.Tensor[]) => [
        dy.clone(),
        this.switch(dy, keep!, true),
      ];
      return { value, gradFunc };
    }) as T;
  }

  private zeros(x: tf.Tensor, keep: tf.Tensor): tf.Tensor {
    return tf.zerosLike(this.switch(x, keep, false));
  }

  private switch(x: tf.Tensor, keep: tf.Tensor, side: boolean): tf.Tensor {
    return this.recording.standIn('Switch', [this.type(x)], [x, keep], side ? 1 : 0, () => x);
  }

  private merge(keep: tf.Tensor, value: tf.Tensor, otherwise: tf.Tensor): tf.Tensor {
    const { binding } = this.addon;
    const count = { name: 'N', type: binding.TF_ATTR_INT, value: 2 };
    return this.recording.standIn('Merge', [this.type(value), count], [value, otherwise], 0, () =>
      tf.where(keep, value, otherwise),
    );
  }

  private type({ dtype }: tf.Tensor) {
    const { binding } = this.addon;
    return { name: 'T', type: binding.TF_ATTR_TYPE, value: this.addon.getDTypeInteger(dtype) };
  }
}
