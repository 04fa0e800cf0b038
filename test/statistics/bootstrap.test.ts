import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { bootstrapMean, summarise } from '../../lib/core/statistics';

const normal = (n: number, stream: Stream) => Array.from({ length: n }, () => stream.normal(3, 2));

/** How often the interval of n normal measurements has the true mean in it. */
function coverage(n: number, trials: number): number {
  const stream = Stream.of(2);
  let covered = 0;
  for (let i = 0; i < trials; i++) {
    const { low, high } = bootstrapMean(normal(n, stream), stream, 300);
    if (low <= 3 && 3 <= high) covered++;
  }
  return covered / trials;
}

test('two values: all resamples are enumerable, so the interval is known', () => {
  // means 0, 1/2, 1 with probabilities 1/4, 1/2, 1/4
  const { mean, low, high, n } = bootstrapMean([0, 1], Stream.of(1));
  expect({ mean, low, high, n }).toEqual({ mean: 0.5, low: 0, high: 1, n: 2 });
});

test('the interval of a share is that of the binomial: 100 tosses, 30 heads', () => {
  const tosses = Array.from({ length: 100 }, (_, i) => (i < 30 ? 1 : 0));
  const { low, high } = bootstrapMean(tosses, Stream.of(1));
  // R: qbinom(c(0.025, 0.975), 100, 0.3) / 100
  expect(low).toBeCloseTo(0.21, 2);
  expect(high).toBeCloseTo(0.39, 2);
});

test('many measurements: it covers the true mean in about 95 % of draws and agrees with Student', () => {
  const share = coverage(60, 1000);
  expect(share).toBeGreaterThan(0.92);
  expect(share).toBeLessThan(0.97);
  const sample = normal(200, Stream.of(3));
  const [ours, student] = [bootstrapMean(sample, Stream.of(4)), summarise(sample)];
  expect((ours.high - ours.low) / (student.high - student.low)).toBeCloseTo(1, 1);
});

test('few seeds: it is too narrow, as its comment says, so verdicts must not use it', () => {
  const share = coverage(4, 1000);
  expect(share).toBeGreaterThan(0.7);
  expect(share).toBeLessThan(0.87);
});

test('same seed, same interval; it stays within the extremes', () => {
  const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1, maxLength: 9 }), fc.integer(), (values, seed) => {
      const [first, again] = [1, 2].map(() => bootstrapMean(values, Stream.of(seed), 200));
      expect(again).toEqual(first);
      const { mean, low, high } = first!;
      expect(low).toBeLessThanOrEqual(high);
      expect(low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
      expect(high).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
      expect(mean).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
    }),
  );
});

test('a value that is not a finite number is refused by its index', () => {
  expect(() => bootstrapMean([1, NaN], Stream.of(1))).toThrow(
    'Value 1 of 2 (counted from 0) is NaN',
  );
  expect(() => bootstrapMean([], Stream.of(1))).toThrow('no values');
});
