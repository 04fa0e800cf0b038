import { finiteValues } from './finite';

/**
 * The largest step of a path v_0 ... v_n in the direction in which it goes on the whole, as a share of the
 * whole,
 *
 *     max_i (v_(i+1) - v_i) / (v_n - v_0):
 *
 * 1 / n where all steps are alike, 1 where a single one does it all, and more where others go back.
 *
 * @throws RangeError when there are fewer than two values, one is not finite, or the first and the last are
 *   equal.
 */
export function largestJump(values: ArrayLike<number>): number {
  const path = finiteValues(values);
  const whole = path.at(-1)! - path[0]!;
  if (whole === 0) {
    throw new RangeError(
      `A path of ${path.length} values that ends where it begins, at ${path[0]}, has no largest share.`,
    );
  }
  return Math.max(...path.slice(1).map((value, i) => (value - path[i]!) / whole));
}
