import { finiteValues } from './finite';

/** How counts compare with what a distribution expects of them. */
export interface CountScore {
  /** Signed distance of their mean from the expected one, in standard errors. */
  z: number;
  /** Their variance, with n - 1, over the expected one; NaN for one count. */
  varianceRatio: number;
}

/**
 * The mean and the variance of n counts k beside the mean m and the variance s^2 that they should have,
 *
 *     z = (mean k - m) / (s / sqrt(n)),  varianceRatio = Var[k] / s^2.
 *
 * Over seeds z is to be 0 on average, with either sign, which |z| does not tell from a bias of a
 * standard error; and counts that are not independent draws show in their variance. The blocks that stochastic depth runs
 * have m = sum p_l and s^2 = sum p_l (1 - p_l).
 *
 * @throws RangeError when there is no count, one is not finite, or the variance is not above 0.
 */
export function countScore(
  counts: ArrayLike<number>,
  { mean, variance }: { mean: number; variance: number },
): CountScore {
  if (!(variance > 0)) throw new RangeError(`The expected variance is above 0, not ${variance}.`);
  const list = finiteValues(counts);
  const n = list.length;
  const average = list.reduce((sum, count) => sum + count, 0) / n;
  const squares = list.reduce((sum, count) => sum + (count - average) ** 2, 0);
  return {
    z: (average - mean) / Math.sqrt(variance / n),
    varianceRatio: squares / (n - 1) / variance,
  };
}
