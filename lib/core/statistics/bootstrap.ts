import { mean, quantileSorted } from 'simple-statistics';
import type { Stream } from '../engine';
import { finiteValues } from './finite';
import type { Summary } from './summary';

/**
 * The mean and its 95 % percentile bootstrap interval: the 2.5th and 97.5th percentile of the means
 * of `resamples` samples drawn from the values with replacement (Efron and Tibshirani 1993, chapter 13).
 *
 * For rows of many measurements that need not be normal, such as the cost of removing each block.
 * Not for a few seeds: it knows no value beyond the extremes and divides by n, not n - 1, and so is
 * too narrow. Over 4 normal measurements it covers the true mean in about 80 % of cases. A verdict
 * therefore goes by the Student interval of `summarise`.
 *
 * @param values at least one.
 * @throws RangeError when there is no value, or one is not finite; the message names its index.
 */
export function bootstrapMean(
  values: ArrayLike<number>,
  stream: Stream,
  resamples = 10_000,
): Summary {
  const sample = finiteValues(values);
  const n = sample.length;
  const means = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += sample[stream.integer(n)]!;
    means[i] = sum / n;
  }
  const sorted = Array.from(means.sort());
  return {
    mean: mean(sample),
    low: quantileSorted(sorted, 0.025),
    high: quantileSorted(sorted, 0.975),
    n,
  };
}
