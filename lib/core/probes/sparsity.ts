/**
 * Hoyer's sparsity of n values (Hoyer 2004, section 3):
 *
 *     (sqrt(n) - |v|_1 / |v|_2) / (sqrt(n) - 1)
 *
 * 0 when all |v_i| are equal, 1 when one alone is not zero; the scale of v does not matter.
 *
 * @throws RangeError for fewer than two values, or when all are zero.
 */
export function hoyerSparsity(values: ArrayLike<number>): number {
  const { l1, l2 } = norms(values, 'Hoyer');
  const root = Math.sqrt(values.length);
  return (root - l1 / l2) / (root - 1);
}

/**
 * The Gini index of n magnitudes in rising order c_1 ... c_n (Hurley and Rickard 2009):
 *
 *     1 - 2 sum_k (c_k / |c|_1) (n - k + 1/2) / n
 *
 * 0 when all are equal, 1 - 1/n when one alone is not zero; the scale does not matter.
 *
 * @throws RangeError for fewer than two values, or when all are zero.
 */
export function giniIndex(values: ArrayLike<number>): number {
  const { l1 } = norms(values, 'Gini');
  const rising = Float64Array.from(values, Math.abs).sort();
  const n = rising.length;
  const weighted = rising.reduce((total, c, k) => total + c * (n - k - 0.5), 0);
  return 1 - (2 * weighted) / (n * l1);
}

function norms(values: ArrayLike<number>, measure: string): { l1: number; l2: number } {
  const { length } = values;
  if (length < 2) {
    throw new RangeError(`The ${measure} sparsity takes two values or more, not ${length}.`);
  }
  let [l1, squares] = [0, 0];
  for (let i = 0; i < length; i++) {
    l1 += Math.abs(values[i]!);
    squares += values[i]! * values[i]!;
  }
  if (!(l1 > 0 && l1 < Infinity)) {
    throw new RangeError(
      `The ${measure} sparsity takes finite values that are not all zero; their magnitudes add up to ${l1}.`,
    );
  }
  return { l1, l2: Math.sqrt(squares) };
}
