import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge, passes, summarise, type Summary } from '../../lib/core/statistics';

const between = (low: number, high: number): Summary => ({
  mean: (low + high) / 2,
  low,
  high,
  n: 3,
});

test('a claim holds only when the whole interval is on the claimed side', () => {
  expect(judge(between(0.1, 0.3), { above: 0 })).toBe('holds');
  expect(judge(between(-0.1, 0.3), { above: 0 })).toBe('undecided');
  expect(judge(between(-0.3, -0.1), { above: 0 })).toBe('fails');
  expect(judge(between(0.1, 0.3), { below: 0.5 })).toBe('holds');
  expect(judge(between(0.4, 0.6), { below: 0.5 })).toBe('undecided');
  expect(judge(between(0.6, 0.7), { below: 0.5 })).toBe('fails');
});

test('between two thresholds a claim holds when all of the interval is, and fails when none is', () => {
  const expected = { between: [-1, 1] } as const;
  expect(judge(between(-0.9, 0.9), expected)).toBe('holds');
  expect(judge(between(-0.9, 1.1), expected)).toBe('undecided');
  expect(judge(between(-2, 2), expected)).toBe('undecided');
  expect(judge(between(1.1, 2), expected)).toBe('fails');
  expect(judge(between(-2, -1), expected)).toBe('fails');
  expect(passes(between(-5, 4), expected, 'direction')).toBe(true);
  expect(passes(between(0, 4), expected, 'direction')).toBe(false);
  expect(() => judge(between(0, 1), { between: [1, 1] })).toThrow('Nothing lies between 1 and 1');
});

test('what holds is no evidence when its control holds too, and is unless the control does', () => {
  const measured = between(0.1, 0.3);
  expect(judge(measured, { above: 0 }, between(0.4, 0.8))).toBe('holds, as does the control');
  expect(judge(measured, { above: 0 }, between(-0.1, 0.8))).toBe('holds');
  expect(judge(measured, { above: 0 }, between(-0.8, -0.1))).toBe('holds');
  expect(judge(between(-0.1, 0.3), { above: 0 }, between(0.4, 0.8))).toBe('undecided');
  expect(judge(between(-0.3, -0.1), { above: 0 }, between(0.4, 0.8))).toBe('fails');
});

test('touching the threshold is not past it', () => {
  expect(judge(between(0, 1), { above: 0 })).toBe('undecided');
  expect(judge(between(0, 0), { above: 0 })).toBe('fails');
  expect(judge(between(0, 0), { below: 0 })).toBe('fails');
  expect(passes(between(0, 0), { above: 0 }, 'direction')).toBe(false);
});

test('one seed decides nothing but has a direction', () => {
  const one = summarise([0.9]);
  expect(judge(one, { above: 0 })).toBe('undecided');
  expect(passes(one, { above: 0 }, 'interval')).toBe(false);
  expect(passes(one, { above: 0 }, 'direction')).toBe(true);
  expect(passes(one, { below: 0 }, 'direction')).toBe(false);
});

test('under the direction rule the mean alone counts, under the interval rule all of the interval', () => {
  const wide = between(-1, 3);
  expect(passes(wide, { above: 0 }, 'direction')).toBe(true);
  expect(passes(wide, { above: 0 }, 'interval')).toBe(false);
});

test('a claim and its opposite are never both true, and what holds also has the direction', () => {
  const values = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(values, fc.double({ min: -9, max: 9, noNaN: true }), (sample, threshold) => {
      const measured = summarise(sample);
      const above = judge(measured, { above: threshold });
      const below = judge(measured, { below: threshold });
      expect(above === 'holds' && below === 'holds').toBe(false);
      if (above === 'holds') {
        expect(below).toBe('fails');
        expect(passes(measured, { above: threshold }, 'direction')).toBe(true);
      }
    }),
  );
});

test('a threshold that is not a number is refused, not judged', () => {
  expect(() => judge(between(0, 1), { above: NaN })).toThrow('finite threshold, not NaN');
});
