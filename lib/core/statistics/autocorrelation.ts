import { finiteValues } from './finite';

/**
 * The correlation of a sequence with itself, `lag` places further on:
 *
 *     sum_i (v_i - m) (v_(i + lag) - m) / sum_i (v_i - m)^2,  m the mean:
 *
 * about 0 for white noise, with a deviation of 1 / sqrt(n), and near 1 for a sequence that wanders.
 *
 * @throws RangeError when a value is not finite, all are equal, or `lag` is not from 0 to below their number.
 */
export function autocorrelation(values: ArrayLike<number>, lag: number): number {
  const sequence = finiteValues(values);
  const { length } = sequence;
  if (!Number.isInteger(lag) || lag < 0 || lag >= length) {
    throw new RangeError(`A lag is an integer from 0 to ${length - 1}, not ${lag}.`);
  }
  const mean = sequence.reduce((sum, value) => sum + value, 0) / length;
  const off = sequence.map((value) => value - mean);
  const product = (by: number) => off.slice(by).reduce((sum, value, i) => sum + value * off[i]!, 0);
  if (product(0) === 0) {
    throw new RangeError(`All ${length} values are ${sequence[0]}: they vary with nothing.`);
  }
  return product(lag) / product(0);
}
