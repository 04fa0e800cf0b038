/**
 * W, [d, e], that minimizes mean |y - W' x|^2 + penalty |W|^2 for x and y of mean 0: it solves
 * (C_xx + penalty I) W = C_xy (Hoerl and Kennard 1970), by Cholesky's decomposition, in float64.
 *
 * @param xx C_xx, [d, d]: symmetric, not indefinite
 * @param xy C_xy, [d, e]
 * @param penalty above 0
 */
export function ridge(xx: number[][], xy: number[][], penalty: number): number[][] {
  const L: number[][] = xx.map(() => []);
  const before = (a: number[], b: number[], end: number) => {
    let sum = 0;
    for (let k = 0; k < end; k++) sum += a[k]! * b[k]!;
    return sum;
  };
  xx.forEach((row, i) => {
    for (let j = 0; j < i; j++) L[i]!.push((row[j]! - before(L[i]!, L[j]!, j)) / L[j]![j]!);
    L[i]!.push(Math.sqrt(row[i]! + penalty - before(L[i]!, L[i]!, i)));
  });
  const W = xy.map((row) => [...row]);
  const subtract = (from: number[], factor: number, row: number[]) =>
    row.forEach((value, e) => (from[e]! -= factor * value));
  const divide = (row: number[], by: number) => row.forEach((_, e) => (row[e]! /= by));
  for (let i = 0; i < W.length; i++) {
    for (let k = 0; k < i; k++) subtract(W[i]!, L[i]![k]!, W[k]!);
    divide(W[i]!, L[i]![i]!);
  }
  for (let i = W.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < W.length; k++) subtract(W[i]!, L[k]![i]!, W[k]!);
    divide(W[i]!, L[i]![i]!);
  }
  return W;
}
