import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';

const draw = (stream: Stream) => Array.from({ length: 5 }, () => stream.uniform());

describe('Stream', () => {
  it('draws the same numbers for the same seed and labels', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (seed, label) => {
        expect(draw(Stream.of(seed).fork(label))).toEqual(draw(Stream.of(seed).fork(label)));
      }),
    );
  });

  it('draws other numbers for another seed and for another label', () => {
    expect(draw(Stream.of(0))).not.toEqual(draw(Stream.of(1)));
    expect(draw(Stream.of(0).fork('a'))).not.toEqual(draw(Stream.of(0).fork('b')));
  });

  it('gives a fork that does not depend on what was drawn before', () => {
    const stream = Stream.of(7);
    const before = draw(stream.fork('weights'));
    draw(stream);
    expect(draw(stream.fork('weights'))).toEqual(before);
  });

  it('never hands tfjs the seed 0, which tfjs reads as unseeded', () => {
    const stream = Stream.of(3);
    for (let i = 0; i < 1000; i++) expect(stream.seed()).toBeGreaterThan(0);
  });

  it('permutes: every index exactly once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(200), (seed, n) => {
        const order = Stream.of(seed).permutation(n);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it('has the mean and deviation asked for in its normal draws', () => {
    const stream = Stream.of(11);
    const sample = Array.from({ length: 20_000 }, () => stream.normal(2, 3));
    const mean = sample.reduce((a, b) => a + b) / sample.length;
    const variance = sample.reduce((a, b) => a + (b - mean) ** 2, 0) / sample.length;
    expect(Math.abs(mean - 2)).toBeLessThan((4 * 3) / Math.sqrt(20_000));
    expect(Math.abs(Math.sqrt(variance) - 3)).toBeLessThan(0.1);
  });

  it('says which seed is wrong', () => {
    expect(() => Stream.of(0.5)).toThrow('A seed is an integer, not 0.5.');
  });

  it.each([0, -1, 2.5, NaN])('draws no integer below %s', (n) => {
    expect(() => Stream.of(1).integer(n)).toThrow(`below a positive integer, not ${n}`);
  });
});

/** How far counts in equal bins are from even: chi-square of bins - 1 degrees of freedom. */
function chiSquare(values: readonly number[], bins: number): number {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.floor(bins * value)]!++;
  const even = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - even) ** 2 / even, 0);
}

/** The correlation of each value with the one before it. */
function serialCorrelation(values: readonly number[]): number {
  const centred = values.map((value) => value - 0.5);
  const products = centred.slice(1).map((value, i) => value * centred[i]!);
  return (12 * products.reduce((a, b) => a + b)) / products.length;
}

describe.each([
  ['numbered', (i: number) => i],
  ['named', (i: number) => `residual_${i % 3}_${i}`],
  ['named by two numbers', (i: number) => `${i % 7}/${i}`],
])('4,000 forks, %s', (_, label) => {
  const draws = Array.from({ length: 4000 }, (_, i) => {
    const stream = Stream.of(1).fork(label(i));
    return [stream.uniform(), stream.uniform()] as const;
  });

  describe.each([0, 1] as const)('draw %s', (at) => {
    const values = draws.map((draw) => draw[at]);

    it('is uniform over forks, not a function of the label that skips values', () => {
      // 63 degrees of freedom: 4 deviations above the mean
      expect(chiSquare(values, 64)).toBeLessThan(63 + 4 * Math.sqrt(2 * 63));
    });

    it('does not tell that of the next fork', () => {
      expect(Math.abs(serialCorrelation(values))).toBeLessThan(4 / Math.sqrt(4000));
    });

    it('does not repeat with a period of a few forks', () => {
      for (const period of [2, 3, 4, 8, 16]) {
        const residues = Array.from({ length: period }, (_, phase) =>
          values.filter((_, i) => i % period === phase),
        );
        for (const some of residues) {
          // 15 degrees of freedom: 5 deviations above the mean, over all these looks
          expect(chiSquare(some, 16)).toBeLessThan(15 + 5 * Math.sqrt(2 * 15));
        }
      }
    });
  });

  it('gives a second draw that the first does not tell', () => {
    const products = draws.map(([a, b]) => 12 * (a - 0.5) * (b - 0.5));
    const correlation = products.reduce((a, b) => a + b) / products.length;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(4000));
  });
});
