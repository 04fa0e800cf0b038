import tCdf from '@stdlib/stats-base-dists-t-cdf';
import { inside, logit, type Bounds } from './bounds';
import { finiteValues } from './finite';
import { moments } from './moments';
import { sides, type Expectation, type Side } from './verdict';

/**
 * The p-value of the t test of a claim's values against its threshold (Student 1908): two-sided, on the
 * claimed side; 1 where the mean is on the other. Of two thresholds it is the larger of both, as in the
 * test for equivalence (Schuirmann 1987). It is below 0.05 just where the interval of `summarise` is on
 * the claimed side, on the same scale, so that `judge` says `holds`.
 *
 * Equal values have no spread to measure a distance by; theirs is the p of the sign test, 2^(1 - n):
 * five seeds alike are no more than five heads in a row.
 *
 * @throws RangeError as `summarise`, and when a threshold is not inside the bounds.
 */
export function pValue(values: ArrayLike<number>, expect: Expectation, within?: Bounds): number {
  const sample = finiteValues(values);
  return Math.max(...sides(expect).map((side) => oneSide(sample, side, within)));
}

function oneSide(values: number[], { sign, threshold }: Side, within?: Bounds): number {
  const { sample, level } = scaled(values, threshold, within);
  const n = sample.length;
  const { mean, error } = moments(sample);
  const distance = sign * (mean - level);
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
