/** The mean of a sample and the standard error of that mean, `s / √n` (Welford 1962); NaN for one value. */
export function moments(sample: readonly number[]): { mean: number; error: number } {
  let mean = 0;
  let squares = 0;
  for (const [i, value] of sample.entries()) {
    const delta = value - mean;
    mean += delta / (i + 1);
    squares += delta * (value - mean);
  }
  return { mean, error: Math.sqrt(squares / (sample.length - 1) / sample.length) };
}
