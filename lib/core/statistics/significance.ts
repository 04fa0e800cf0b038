import tCdf from '@stdlib/stats-base-dists-t-cdf';
import { inside, logit, type Bounds } from './bounds';
import { finiteValues } from './finite';
import { moments } from './moments';
import { threshold, type Expectation } from './verdict';

/**
 * The p-value of the t test of a claim's values against its threshold (Student 1908): two-sided, on the
 * claimed side; 1 where the mean is on the other. It is below 0.05 just where the interval of
 * `summarise` is on the claimed side, on the same scale, so that `judge` says `holds`.
 *
 * Equal values have no spread to measure a distance by; theirs is the p of the sign test, 2^(1 - n):
 * five seeds alike are no more than five heads in a row.
 *
 * @throws RangeError as `summarise`, and when the threshold is not inside the bounds.
 */
export function pValue(values: ArrayLike<number>, expect: Expectation, within?: Bounds): number {
  const { sample, level } = scaled(finiteValues(values), threshold(expect), within);
  const n = sample.length;
  const { mean, error } = moments(sample);
  const distance = 'above' in expect ? mean - level : level - mean;
  if (n === 1 || distance <= 0) return 1;
  return error === 0 ? 2 ** (1 - n) : 2 * tCdf(-distance / error, n - 1);
}

function scaled(values: number[], level: number, within?: Bounds) {
  if (!within) return { sample: values, level };
  const [least, greatest] = within;
  if (level <= least || level >= greatest) {
    throw new RangeError(`A threshold of ${level} decides nothing from ${least} to ${greatest}.`);
  }
  const sample = inside(values, within);
  if (sample.some((value) => value === least || value === greatest)) return { sample, level };
  const { to } = logit(within);
  return { sample: sample.map(to), level: to(level) };
}
