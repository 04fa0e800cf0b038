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
  const magnitudes = magnitudesOf(values, 'Hoyer');
  const root = Math.sqrt(magnitudes.length);
  const l1 = sum(magnitudes);
  const l2 = Math.sqrt(sum(magnitudes.map((v) => v * v)));
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
  const rising = magnitudesOf(values, 'Gini').sort();
  const n = rising.length;
  const weighted = rising.reduce((total, c, k) => total + c * (n - k - 0.5), 0);
  return 1 - (2 * weighted) / (n * sum(rising));
}

function magnitudesOf(values: ArrayLike<number>, measure: string): Float64Array {
  const magnitudes = Float64Array.from(values, Math.abs);
  if (magnitudes.length < 2) {
    throw new RangeError(`The ${measure} sparsity takes two values or more, not ${values.length}.`);
  }
  const total = sum(magnitudes);
  if (!(total > 0 && total < Infinity)) {
    throw new RangeError(
      `The ${measure} sparsity takes finite values that are not all zero; their magnitudes add up to ${total}.`,
    );
  }
  return magnitudes;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
