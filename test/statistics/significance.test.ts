import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge, pValue, summarise, type Bounds } from '../../lib/core/statistics';

test('the p is that of the t test: Student 1908, sleep data, differences of the two drugs', () => {
  const differences = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
  // R: t.test(extra ~ group, paired = TRUE), p-value = 0.002833
  expect(pValue(differences, { above: 0 })).toBeCloseTo(0.00283289, 7);
  expect(pValue(differences, { below: 0 })).toBe(1);
});

test('a claim holds just where its p is below 0.05, with bounds and without', () => {
  const sample = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: 2,
    maxLength: 6,
  });
  const bounds = fc.constantFrom<Bounds | undefined>(undefined, [0, 1], [-1, 1]);
  const level = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(sample, level, bounds, (values, threshold, within) => {
      fc.pre(new Set(values).size > 1);
      const p = pValue(values, { above: threshold }, within);
      fc.pre(Math.abs(p - 0.05) > 1e-9);
      const verdict = judge(summarise(values, within), { above: threshold });
      expect(verdict === 'holds').toBe(p < 0.05);
    }),
  );
});

test('between two thresholds the worse of both tests counts, and agrees with the verdict', () => {
  const values = [-0.5, 0.1, 0.4, 0.2];
  const expected = { between: [-1, 2] } as const;
  expect(pValue(values, expected)).toBe(pValue(values, { above: -1 }));
  expect(pValue(values, expected)).toBeGreaterThan(pValue(values, { below: 2 }));
  for (const level of [0.1, 0.6, 0.7, 0.8, 1, 5]) {
    const narrow = { between: [-level, level] } as const;
    expect(pValue(values, narrow) < 0.05).toBe(judge(summarise(values), narrow) === 'holds');
  }
});

test('equal values prove no more than as many heads in a row', () => {
  expect(pValue([-1, -1, -1, -1, -1], { below: 0 }, [-1, 1])).toBe(1 / 16);
  expect(pValue([0.2, 0.2, 0.2], { above: 0 })).toBe(1 / 4);
  expect(pValue([0.2, 0.2, 0.2], { above: 0.2 })).toBe(1);
});

test('one seed proves nothing', () => {
  expect(pValue([5], { above: 0 })).toBe(1);
});

test('a threshold on a bound could not be missed, and is refused', () => {
  expect(() => pValue([0.1, 0.2], { above: 0 }, [0, 1])).toThrow(
    'A threshold of 0 decides nothing',
  );
});
