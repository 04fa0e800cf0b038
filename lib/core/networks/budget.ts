/** Numbers that are held at once where samples are run for a result: 64 MB. */
const budget = 2 ** 24;

/**
 * How many of `size` samples to run at once.
 * @param numbers what is held of each sample, in numbers
 */
export function samplesAtOnce(size: number, numbers: number): number {
  return Math.min(size, Math.max(1, Math.floor(budget / numbers)));
}
