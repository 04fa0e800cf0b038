import * as tf from '@tensorflow/tfjs';
import { type GraphBranch, withGradient } from 'unrolled-core/internal';
import type { Addon } from '../addon';
import type { Recording } from '../recording';

/**
 * A branch of a graph. While it is recorded it runs in any case; results are those of the condition.
 */
export class SwitchedBranch implements GraphBranch {
  constructor(
    private readonly addon: Addon,
    private readonly recording: Recording,
    private readonly keep: tf.Scalar,
  ) {}

  enter<T extends tf.Tensor>(x: T): T {
    return withGradient('addWhen', [x], ([x], save) => {
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

  add<T extends tf.Tensor>(x: T, f: T): T {
    return withGradient('addWhen', [x, f], ([x, f], save) => {
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
