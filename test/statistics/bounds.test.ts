import fc from 'fast-check';
import { expect, test } from 'vitest';
import { summarise } from '../../lib/core/statistics';

const shares = fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), {
  minLength: 2,
  maxLength: 8,
});

test('the interval of a share ends inside 0 and 1, however near the shares are', () => {
  fc.assert(
    fc.property(shares, (values) => {
      const { mean, low, high, points } = summarise(values, [0, 1]);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(mean).toBeGreaterThanOrEqual(low);
      expect(mean).toBeLessThanOrEqual(high);
      expect(points).toBeUndefined();
    }),
  );
});

test('the interval of a share is Student’s on the logits, taken back', () => {
  const values = [0.9, 0.95, 0.99];
  const logits = summarise(values.map((p) => Math.log(p / (1 - p))));
  const back = (z: number) => 1 / (1 + Math.exp(-z));
  const { mean, low, high } = summarise(values, [0, 1]);
  expect([mean, low, high]).toEqual(
    [logits.mean, logits.low, logits.high].map((z) => expect.closeTo(back(z), 12) as number),
  );
});

test('the interval of a correlation is that of Fisher’s z, and of a percentage that of its share', () => {
  const values = [0.2, 0.6, 0.9];
  const z = summarise(values.map(Math.atanh));
  expect(summarise(values, [-1, 1]).low).toBeCloseTo(Math.tanh(z.low), 12);
  expect(summarise(values, [-1, 1]).high).toBeCloseTo(Math.tanh(z.high), 12);
  const percent = summarise(
    values.map((value) => 100 * value),
    [0, 100],
  );
  expect(percent.low).toBeCloseTo(100 * summarise(values, [0, 1]).low, 9);
});

test('a value on a bound has no logit: the points are kept, the interval is cut off at the bounds', () => {
  const values = [98, 100, 100];
  const { mean, low, high } = summarise(values);
  expect(high).toBeGreaterThan(100);
  expect(summarise(values, [0, 100])).toEqual({ mean, low, high: 100, n: 3, points: values });
  expect(summarise([-1, -1], [-1, 1])).toMatchObject({ low: -1, high: -1, points: [-1, -1] });
  expect(summarise([0, 0.1], [0, 1]).points).toEqual([0, 0.1]);
});

test('rounding past a bound is brought back, and a value out of bounds is refused by its index', () => {
  expect(summarise([0.5, 1 + 1e-9], [0, 1]).points).toEqual([0.5, 1]);
  expect(() => summarise([0.5, 1.2], [0, 1])).toThrow('Value 1 of 2 (counted from 0) is 1.2');
  expect(() => summarise([0.5], [1, 0])).toThrow('Between 1 and 0 lies nothing');
});

test('one value has the bounds for an interval', () => {
  expect(summarise([0.5], [0, 1])).toEqual({ mean: 0.5, low: 0, high: 1, n: 1 });
});
