import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { finiteValues } from './finite';

/** The mean of n measurements and the 95 % confidence interval of that mean. */
export interface Summary {
  mean: number;
  /** Lower end of the interval; `-Infinity` when n = 1. */
  low: number;
  /** Upper end of the interval; `Infinity` when n = 1. */
  high: number;
  /** How many measurements, one per seed. */
  n: number;
}

/**
 * The mean over seeds and its 95 % interval, `mean ± t(0.975, n - 1) s / √n` with s the sample
 * standard deviation (Student 1908). It takes the seeds as independent and the measurements as
 * roughly normal; no better is to be had from 3 to 5 seeds, for which a bootstrap is too narrow.
 *
 * One measurement says nothing about the spread, so its interval is the whole line and no claim
 * is decided by it.
 *
 * @param values one measurement per seed, at least one.
 * @throws RangeError when there is no value, or one is not finite; the message names its index.
 */
export function summarise(values: ArrayLike<number>): Summary {
  const sample = finiteValues(values);
  const n = sample.length;
  let mean = 0;
  let squares = 0;
  for (const [i, value] of sample.entries()) {
    const delta = value - mean;
    mean += delta / (i + 1);
    squares += delta * (value - mean);
  }
  if (n === 1) return { mean, low: -Infinity, high: Infinity, n };
  const half = tQuantile(0.975, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { mean, low: mean - half, high: mean + half, n };
}
