import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { giniIndex, hoyerSparsity } from '../../lib/core/probes';

const measures = { hoyerSparsity, giniIndex };
const values = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 30 });

describe.each(Object.entries(measures))('%s', (name, measure) => {
  it('is 0 when all are equal, and at its greatest when one alone is not zero', () => {
    expect(measure([3, 3, 3, 3])).toBeCloseTo(0, 12);
    expect(measure([0, 0, -5, 0])).toBeCloseTo(name === 'giniIndex' ? 0.75 : 1, 12);
  });

  it('depends neither on scale, sign nor order', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 100, noNaN: true }), (v, scale) => {
        const other = [...v].reverse().map((x, i) => (i % 2 ? -1 : 1) * scale * x);
        expect(measure(other)).toBeCloseTo(measure(v), 9);
      }),
    );
  });

  it('falls when the rich give to the poor (Robin Hood)', () => {
    fc.assert(
      fc.property(values, (v) => {
        const [low, high] = [Math.min(...v), Math.max(...v)];
        fc.pre(high > low);
        const after = [...v];
        after[v.indexOf(high)] = high - (high - low) / 4;
        after[v.indexOf(low)] = low + (high - low) / 4;
        expect(measure(after)).toBeLessThan(measure(v));
      }),
    );
  });

  it('refuses values that have none', () => {
    expect(() => measure([0, 0])).toThrow('not all zero');
    expect(() => measure([1])).toThrow('two values or more, not 1');
    expect(() => measure([1, NaN])).toThrow('finite');
  });
});

describe('known values', () => {
  it('of Hoyer: (sqrt(4) - 7 / 5) / (sqrt(4) - 1) for 0, 0, 3, 4', () => {
    expect(hoyerSparsity([0, 3, 0, 4])).toBeCloseTo(0.6, 12);
  });

  it('of Gini: 1/4 for 1, 2, 3, 4', () => {
    expect(giniIndex([4, 1, 3, 2])).toBeCloseTo(0.25, 12);
  });
});
