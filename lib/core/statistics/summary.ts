import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { inside, logit, type Bounds } from './bounds';
import { finiteValues } from './finite';
import { moments } from './moments';

/** The mean of n measurements and the 95 % confidence interval of that mean. */
export interface Summary {
  mean: number;
  /** Lower end of the interval; `-Infinity`, or the bound, when n = 1. */
  low: number;
  /** Upper end of the interval; `Infinity`, or the bound, when n = 1. */
  high: number;
  /** How many measurements, one per seed. */
  n: number;
  /** The measurements themselves, where some lie on a bound and the interval says little. */
  points?: number[];
}

/**
 * The mean over seeds and its 95 % interval, `mean ± t(0.975, n - 1) s / √n` with s the sample
 * standard deviation (Student 1908). It takes the seeds as independent and the measurements as
 * roughly normal; no better is to be had from 3 to 5 seeds, for which a bootstrap is too narrow.
 *
 * A quantity with bounds is summarised on the scale of their logit, so that its interval ends inside
 * them; its mean is that of the logits, taken back. A value on a bound has no logit: then the mean and
 * interval are those of the values, cut off at the bounds, and the values are kept as `points`.
 *
 * One measurement says nothing about the spread, so its interval is the whole line and no claim
 * is decided by it.
 *
 * @param values one measurement per seed, at least one.
 * @param within the bounds of the quantity, if it has any.
 * @throws RangeError when there is no value, or one is not finite or out of bounds; the message names
 *   its index.
 */
export function summarise(values: ArrayLike<number>, within?: Bounds): Summary {
  const sample = finiteValues(values);
  if (!within) return interval(sample);
  const [least, greatest] = within;
  const bounded = inside(sample, within);
  if (bounded.some((value) => value === least || value === greatest)) {
    const { mean, low, high, n } = interval(bounded);
    return { mean, low: Math.max(low, least), high: Math.min(high, greatest), n, points: bounded };
  }
  const { to, from } = logit(within);
  const { mean, low, high, n } = interval(bounded.map(to));
  return { mean: from(mean), low: from(low), high: from(high), n };
}

function interval(sample: readonly number[]): Summary {
  const n = sample.length;
  const { mean, error } = moments(sample);
  if (n === 1) return { mean, low: -Infinity, high: Infinity, n };
  const half = tQuantile(0.975, n - 1) * error;
  return { mean, low: mean - half, high: mean + half, n };
}
