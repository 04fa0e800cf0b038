import { expect, test } from 'vitest';
import { inWords } from '../../lib/notebook/format';
import { summarise } from '../../lib/core/statistics';

const between = (low: number, high: number) => ({ mean: (low + high) / 2, low, high, n: 3 });

test('the interval’s half-width has two significant digits and sets the decimals of all three', () => {
  expect(inWords(between(0.1312, 0.1534))).toBe('0.142 [0.131, 0.153], n = 3');
  expect(inWords(between(91.26, 93.74), '%')).toBe('92.5 [91.3, 93.7] %, n = 3');
  expect(inWords(between(-2.004, -1.996))).toBe('-2.0000 [-2.0040, -1.9960], n = 3');
  expect(inWords(between(1100, 1500))).toBe('1300 [1100, 1500], n = 3');
});

test('an interval around zero shows no negative zero', () => {
  expect(inWords({ mean: -0.001, low: -0.5, high: 0.498, n: 3 })).toBe('0.00 [-0.50, 0.50], n = 3');
});

test('very small and very large numbers get an exponent', () => {
  expect(inWords(between(1.2e-8, 1.6e-8))).toBe('1.40e-8 [1.20e-8, 1.60e-8], n = 3');
  expect(inWords(between(2.1e7, 2.5e7))).toBe('2.30e+7 [2.10e+7, 2.50e+7], n = 3');
});

test('equal values show three digits and an interval of no width', () => {
  expect(inWords(summarise([0.12345, 0.12345]))).toBe('0.123 [0.123, 0.123], n = 2');
  expect(inWords(summarise([0, 0]))).toBe('0 [0, 0], n = 2');
});

test('one seed is said to have no interval', () => {
  expect(inWords(summarise([0.5]), '%')).toBe('0.500 %, n = 1 (no interval)');
});

test('an end gets the digits that tell it from the threshold, and no more', () => {
  expect(inWords(between(0.0003, 0.2397), '', [0])).toBe('0.1200 [0.0003, 0.2397], n = 3');
  expect(inWords(between(0.1312, 0.1534), '', [0])).toBe('0.142 [0.131, 0.153], n = 3');
  expect(inWords(between(12, 49.96), '%', [50])).toBe('30.98 [12.00, 49.96] %, n = 3');
  expect(inWords(between(0, 1), '', [0])).toBe('0.50 [0.00, 1.00], n = 3');
});

test('values on a bound stand there one by one, not under an interval past it', () => {
  expect(inWords(summarise([98, 100, 100], [0, 100]), '%')).toBe(
    '99.3 {98.0, 100.0, 100.0} %, n = 3',
  );
  expect(inWords(summarise([-1, -1], [-1, 1]))).toBe('-1.00 {-1.00, -1.00}, n = 2');
});
