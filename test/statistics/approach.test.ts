import fc from 'fast-check';
import { expect, test } from 'vitest';
import { approach } from '../../lib/core/statistics';

const vector = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), {
  minLength: 4,
  maxLength: 4,
});

test('the way starts at 0 and ends at 1, both on the line, wherever the states are', () => {
  fc.assert(
    fc.property(fc.array(vector, { minLength: 2, maxLength: 6 }), (states) => {
      const [first, last] = [states[0]!, states.at(-1)!];
      fc.pre(Math.hypot(...last.map((value, i) => value - first[i]!)) > 1e-3);
      const places = approach(states);
      expect(places[0]).toEqual({ along: 0, off: 0 });
      expect(places.at(-1)!.along).toBeCloseTo(1, 9);
      expect(places.at(-1)!.off).toBeCloseTo(0, 5);
    }),
  );
});

test('along and off are legs of a right triangle, in lengths of the way', () => {
  const states = [
    [1, 1, 0],
    [4, 1, 2],
    [5, 1, 0],
  ];
  expect(approach(states)[1]).toEqual({ along: 0.75, off: 0.5 });
});

test('there is no way to the place one stands at, nor between states of two stages', () => {
  expect(() =>
    approach([
      [1, 2],
      [3, 4],
      [1, 2],
    ]),
  ).toThrow('no way between');
  expect(() => approach([])).toThrow('no way between');
  expect(() => approach([[1, 2], [3], [0, 0]])).toThrow('2 and 1 numbers are not of one stage');
});
