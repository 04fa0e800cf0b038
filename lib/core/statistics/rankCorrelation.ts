import { sampleRankCorrelation } from 'simple-statistics';
import { finiteValues } from './finite';

/** How far two orders of the same items agree, from -1 (opposite) to 1 (equal). */
export interface RankCorrelation {
  coefficient: number;
  /** Lower end of the 95 % interval; -1 when there are too few items for one. */
  low: number;
  /** Upper end of the 95 % interval; 1 when there are too few items for one. */
  high: number;
  /** How many items. */
  n: number;
}

/** The 0.975 quantile of the standard normal. */
const z975 = 1.959963984540054;

/**
 * Spearman's rank correlation: Pearson's correlation of the ranks, ties sharing their mean rank.
 *
 * The interval is tanh(atanh(r) ± 1.96 se) with se² = (1 + r² / 2) / (n - 3) (Bonett and Wright
 * 2000, equation for Spearman); it takes the items as independent, and needs more than 3. A perfect
 * order, |r| = 1, has no finite atanh: it is taken half a swap of neighbours short of 1 (ours).
 *
 * @param x one measurement per item.
 * @param y another one per item, in the same order.
 * @throws RangeError when lengths differ, a value is not finite, or all of x or of y are equal.
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): RankCorrelation {
  const [a, b] = paired(x, y);
  const n = a.length;
  const coefficient = Math.max(-1, Math.min(1, sampleRankCorrelation(a, b)));
  const error = (r: number) => Math.sqrt((1 + r ** 2 / 2) / (n - 3));
  return { coefficient, ...interval(coefficient, 6 / (n ** 3 - n), n > 3 ? error : undefined), n };
}

/**
 * Kendall's rank correlation tau-b: pairs of items in the same order in x and y less pairs in
 * opposite order, over the geometric mean of the pairs not tied in x and those not tied in y
 * (Kendall 1945).
 *
 * The interval is tanh(atanh(tau) ± 1.96 se) with se² = 0.437 / (n - 4) (Fieller, Hartley and Pearson
 * 1957); it takes the items as independent, and needs more than 4. A perfect order as in {@link spearman}.
 *
 * @param x one measurement per item.
 * @param y another one per item, in the same order.
 * @throws RangeError when lengths differ, a value is not finite, or all of x or of y are equal.
 */
export function kendall(x: ArrayLike<number>, y: ArrayLike<number>): RankCorrelation {
  const [a, b] = paired(x, y);
  const n = a.length;
  let [balance, untiedX, untiedY] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [dx, dy] = [Math.sign(a[i]! - a[j]!), Math.sign(b[i]! - b[j]!)];
      balance += dx * dy;
      untiedX += dx ** 2;
      untiedY += dy ** 2;
    }
  }
  const coefficient = balance / Math.sqrt(untiedX * untiedY);
  const error = () => Math.sqrt(0.437 / (n - 4));
  return { coefficient, ...interval(coefficient, 2 / (n * (n - 1)), n > 4 ? error : undefined), n };
}

/** Fisher's interval, the coefficient taken to be at least `gap` away from -1 and 1. */
function interval(
  coefficient: number,
  gap: number,
  error?: (coefficient: number) => number,
): { low: number; high: number } {
  if (!error) return { low: -1, high: 1 };
  const r = Math.sign(coefficient) * Math.min(Math.abs(coefficient), 1 - gap);
  const half = z975 * error(r);
  const [low, high] = [Math.tanh(Math.atanh(r) - half), Math.tanh(Math.atanh(r) + half)];
  return { low: Math.min(low, coefficient), high: Math.max(high, coefficient) };
}

function paired(x: ArrayLike<number>, y: ArrayLike<number>): [number[], number[]] {
  if (x.length !== y.length) {
    throw new RangeError(`A rank correlation needs pairs, not ${x.length} and ${y.length} values.`);
  }
  const pair: [number[], number[]] = [finiteValues(x), finiteValues(y)];
  pair.forEach((values, i) => {
    if (values.some((value) => value !== values[0])) return;
    throw new RangeError(
      `All ${values.length} values of ${'xy'[i]} are ${values[0]}: they have no order to correlate.`,
    );
  });
  return pair;
}
