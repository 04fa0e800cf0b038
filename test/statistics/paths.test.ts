import { expect, test } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { expectedDepth, survivalProbabilities } from '../../lib/core/layers';
import { countScore, largestJump, summarise } from '../../lib/core/statistics';

test('the largest jump is 1 / n of equal steps, up or down, and 1 of a single one', () => {
  expect(largestJump([0, 1, 2, 3, 4])).toBeCloseTo(0.25, 12);
  expect(largestJump([8, 6, 4, 2, 0])).toBeCloseTo(0.25, 12);
  expect(largestJump([1, 1, 0, 0])).toBe(1);
});

test('steps back do not count, and leave more for the others', () => {
  expect(largestJump([0, 3, 1, 2])).toBe(1.5);
  expect(largestJump([5, 7, 0])).toBeCloseTo(7 / 5, 12);
});

test('a path that ends where it begins, or has one value, has no largest jump', () => {
  expect(() => largestJump([1, 2, 1])).toThrow('ends where it begins, at 1');
  expect(() => largestJump([1])).toThrow('ends where it begins');
  expect(() => largestJump([])).toThrow('no values');
});

test('counts have the sign of their distance, and the ratio of variances', () => {
  const { z, varianceRatio } = countScore([1, 2, 3, 2], { mean: 3, variance: 4 });
  expect(z).toBeCloseTo((2 - 3) / (2 / 2), 12);
  expect(varianceRatio).toBeCloseTo(2 / 3 / 4, 12);
  expect(countScore([4], { mean: 3, variance: 1 })).toEqual({ z: 1, varianceRatio: NaN });
  expect(() => countScore([1, 2], { mean: 1, variance: 0 })).toThrow('above 0, not 0');
});

test('counts drawn as expected score 0 and 1; blocks dropped together show in the variance alone', () => {
  const probabilities = survivalProbabilities({ kind: 'linear', last: 0.5 }, 8);
  const expected = {
    mean: expectedDepth(probabilities),
    variance: probabilities.reduce((sum, p) => sum + p * (1 - p), 0),
  };
  const stream = Stream.of(1);
  const counts = (draw: () => () => number) =>
    Array.from({ length: 400 }, () => {
      const next = draw();
      return probabilities.filter((p) => next() < p).length;
    });
  const scores = (draw: () => () => number) =>
    Array.from({ length: 40 }, () => countScore(counts(draw), expected));
  const apart = scores(() => () => stream.uniform());
  const together = scores(() => {
    const one = stream.uniform();
    return () => one;
  });
  for (const all of [apart, together]) {
    const { low, high } = summarise(all.map(({ z }) => z));
    expect(low < 0.3 && high > -0.3).toBe(true);
  }
  const ratio = (all: typeof apart) => summarise(all.map((score) => score.varianceRatio));
  expect(Math.abs(ratio(apart).mean - 1)).toBeLessThan(0.05);
  expect(ratio(together).low).toBeGreaterThan(2);
});
