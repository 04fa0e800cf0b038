import * as tf from '@tensorflow/tfjs';

/**
 * What carries the input of a residual block to an output of another shape.
 *
 *     subsample    every `strides`-th position, padded with channels of zeros (option A of He, Zhang,
 *                  Ren and Sun 2016, section 3.3)
 *     average      the mean over `strides` x `strides` positions, padded likewise (Huang et al.
 *                  2016, in their code)
 *     projection   a 1 x 1 convolution (option B), followed by batch norm in the post-activation block
 */
export type Shortcut = 'subsample' | 'average' | 'projection';

/** All there are. */
export const shortcuts: readonly Shortcut[] = ['subsample', 'average', 'projection'];

/** x made smaller by `strides` and padded to `filters` channels, without weights. */
export function shrink(
  x: tf.Tensor4D,
  kind: Exclude<Shortcut, 'projection'>,
  strides: number,
  filters: number,
): tf.Tensor4D {
  const window = kind === 'average' ? strides : 1;
  const small = strides === 1 ? x : tf.avgPool(x, window, strides, 'same');
  return tf.pad4d(small, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, filters - x.shape[3]],
  ]);
}
