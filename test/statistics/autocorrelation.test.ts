import { expect, test } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { autocorrelation } from '../../lib/core/statistics';

test('the autocorrelation of a sequence is that of the formula, computed by hand', () => {
  // off the mean 2: -1, 1, -1, 1, 0; squares 4
  expect(autocorrelation([1, 3, 1, 3, 2], 0)).toBe(1);
  expect(autocorrelation([1, 3, 1, 3, 2], 1)).toBeCloseTo(-3 / 4, 12);
  expect(autocorrelation([1, 3, 1, 3, 2], 2)).toBeCloseTo(2 / 4, 12);
});

test('white noise has none within its deviation, a random walk much', () => {
  const stream = Stream.of(1);
  const white = Array.from({ length: 4096 }, () => stream.normal());
  let sum = 0;
  const brown = white.map((step) => (sum += step));
  expect(Math.abs(autocorrelation(white, 1))).toBeLessThan(3 / Math.sqrt(4096));
  expect(autocorrelation(brown, 1)).toBeGreaterThan(0.99);
});

test('a lag that is too long, and a sequence without change, are named', () => {
  expect(() => autocorrelation([1, 2], 2)).toThrow('from 0 to 1, not 2');
  expect(() => autocorrelation([1, 2], 0.5)).toThrow('not 0.5');
  expect(() => autocorrelation([3, 3, 3], 1)).toThrow('All 3 values are 3');
});
