import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { summarise } from '../../lib/core/statistics';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0);

test('the interval is the t interval: Student 1908, sleep data, differences of the two drugs', () => {
  const { mean, low, high, n } = summarise([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]);
  expect(n).toBe(10);
  expect(mean).toBeCloseTo(1.58, 10);
  // R: t.test(extra ~ group, paired = TRUE)
  expect(low).toBeCloseTo(0.7001142, 6);
  expect(high).toBeCloseTo(2.4598858, 6);
});

test('three seeds get the wide t quantile 4.303, not 1.96', () => {
  const { low, high } = summarise([-1, 0, 1]);
  expect(high).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
  expect(low).toBe(-high);
});

test('the interval covers the true mean in about 95 % of draws', () => {
  const stream = Stream.of(1);
  let covered = 0;
  const trials = 4000;
  for (let i = 0; i < trials; i++) {
    const { low, high } = summarise(Array.from({ length: 4 }, () => stream.normal(3, 2)));
    if (low <= 3 && 3 <= high) covered++;
  }
  expect(covered / trials).toBeGreaterThan(0.935);
  expect(covered / trials).toBeLessThan(0.965);
});

test('equal values have a point for an interval, without rounding dust', () => {
  fc.assert(
    fc.property(finite, fc.integer({ min: 2, max: 9 }), (value, n) => {
      expect(summarise(Array<number>(n).fill(value))).toEqual({
        mean: value,
        low: value,
        high: value,
        n,
      });
    }),
  );
});

test('the mean lies between the extremes and moves with a shift of all values', () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1, maxLength: 8 }), finite, (values, shift) => {
      const { mean } = summarise(values);
      expect(mean).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
      expect(mean).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
      expect(summarise(values.map((value) => value + shift)).mean).toBeCloseTo(mean + shift, 4);
    }),
  );
});

test('one value has no finite interval', () => {
  expect(summarise([2])).toEqual({ mean: 2, low: -Infinity, high: Infinity, n: 1 });
});

test('a value that is not a finite number is refused by its index', () => {
  expect(() => summarise([1, 2, NaN])).toThrow('Value 2 of 3 (counted from 0) is NaN');
  expect(() => summarise([Infinity])).toThrow('Value 0 of 1 (counted from 0) is Infinity');
  expect(() => summarise([])).toThrow('no values');
});
