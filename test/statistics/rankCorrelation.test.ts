import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { kendall, spearman, type RankCorrelation } from '../../lib/core/statistics';

const measures = { spearman, kendall };

describe('spearman', () => {
  it('is -29/165 for the IQ and television example of Wikipedia', () => {
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(spearman(iq, hours).coefficient).toBeCloseTo(-29 / 165, 12);
  });

  it('gives ties their mean rank: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4', () => {
    // Pearson by hand: 4.5 / sqrt(4.5 * 5)
    expect(spearman([1, 2, 2, 3], [1, 2, 3, 4]).coefficient).toBeCloseTo(Math.sqrt(0.9), 12);
  });

  it('has the interval of Bonett and Wright', () => {
    const { coefficient, high } = withCoefficient(spearman, 28, 0.5);
    const error = Math.sqrt((1 + coefficient ** 2 / 2) / 25);
    expect(high).toBeCloseTo(Math.tanh(Math.atanh(coefficient) + 1.959964 * error), 6);
  });
});

describe('kendall', () => {
  it('is 0.4 where 7 of 10 pairs agree and 3 do not', () => {
    expect(kendall([1, 2, 3, 4, 5], [3, 1, 2, 5, 4]).coefficient).toBeCloseTo(0.4, 12);
  });

  it('is tau-b with ties: (5 - 0) / sqrt(5 * 6)', () => {
    expect(kendall([1, 2, 2, 3], [1, 2, 3, 4]).coefficient).toBeCloseTo(5 / Math.sqrt(30), 12);
  });

  it('falls by 4 / (n (n - 1)) for a swap of neighbours', () => {
    const order = Array.from({ length: 54 }, (_, i) => i);
    const swapped = [1, 0, ...order.slice(2)];
    expect(kendall(order, swapped).coefficient).toBeCloseTo(1 - 4 / (54 * 53), 12);
  });

  it('has the interval of Fieller, Hartley and Pearson', () => {
    const { coefficient, low } = withCoefficient(kendall, 30, 0.5);
    const error = Math.sqrt(0.437 / 26);
    expect(low).toBeCloseTo(Math.tanh(Math.atanh(coefficient) - 1.959964 * error), 6);
  });
});

describe('the interval of six items, by hand', () => {
  const order = [1, 2, 3, 4, 5, 6];
  const swapped = [2, 1, 4, 3, 6, 5];
  const ends = (r: number, se: number) =>
    [-1, 1].map((side) => Math.tanh(Math.atanh(r) + side * 1.959963984540054 * se));

  it.each([
    // 1 - 6 * 6 / (6 * 35); se^2 = (1 + r^2 / 2) / (6 - 3)
    ['spearman', spearman, 29 / 35, Math.sqrt((1 + (29 / 35) ** 2 / 2) / 3)],
    // (12 - 3) / 15; se^2 = 0.437 / (6 - 4)
    ['kendall', kendall, 9 / 15, Math.sqrt(0.437 / 2)],
  ] as const)('has the standard error of its closed form: %s', (_, correlate, r, se) => {
    const { coefficient, low, high } = correlate(order, swapped);
    expect(coefficient).toBeCloseTo(r, 12);
    ends(r, se).forEach((end, i) => expect([low, high][i]).toBeCloseTo(end, 12));
  });

  it.each([
    // half a swap of neighbours short of 1: a swap takes off 12 / 210, or 2 / 15
    ['spearman', spearman, 1 - 6 / 210, (r: number) => Math.sqrt((1 + r ** 2 / 2) / 3)],
    ['kendall', kendall, 1 - 1 / 15, () => Math.sqrt(0.437 / 2)],
  ] as const)('of a perfect order is that of half a swap less: %s', (_, correlate, r, se) => {
    const [low] = ends(r, se(r));
    expect(correlate(order, order).low).toBeCloseTo(low!, 12);
    expect(correlate(order, order).high).toBe(1);
    expect(correlate(order, [...order].reverse()).high).toBeCloseTo(-low!, 12);
  });
});

describe.each(Object.entries(measures))('%s', (_, correlate) => {
  const items = fc.uniqueArray(fc.integer({ min: -999, max: 999 }), {
    minLength: 2,
    maxLength: 12,
  });

  it('is 1 for equal and -1 for opposite orders', () => {
    fc.assert(
      fc.property(items, (x) => {
        const cubes = x.map((value) => value ** 3);
        expect(correlate(x, cubes).coefficient).toBeCloseTo(1, 12);
        expect(
          correlate(
            x,
            cubes.map((value) => -value),
          ).coefficient,
        ).toBeCloseTo(-1, 12);
      }),
    );
  });

  it('does not depend on which is x, on the order of the items, or on anything but ranks', () => {
    const pairs = fc.array(
      fc.tuple(fc.integer({ max: 5, min: 0 }), fc.integer({ max: 5, min: 0 })),
      {
        minLength: 2,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(pairs, (pairs) => {
        const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        fc.pre(new Set(x).size > 1 && new Set(y).size > 1);
        const { coefficient, low, high } = correlate(x, y);
        expect(correlate(y, x).coefficient).toBeCloseTo(coefficient, 12);
        expect(correlate([...x].reverse(), [...y].reverse()).coefficient).toBeCloseTo(
          coefficient,
          12,
        );
        expect(correlate(x.map(Math.exp), y).coefficient).toBeCloseTo(coefficient, 12);
        expect(low).toBeLessThanOrEqual(coefficient);
        expect(high).toBeGreaterThanOrEqual(coefficient);
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each([0, 0.8])('covers the truth in about 95 % of draws where Pearson is %f', (rho) => {
    const stream = Stream.of(1);
    // Kruskal 1958: what rank correlations are for a bivariate normal
    const truth =
      correlate === spearman ? (6 * Math.asin(rho / 2)) / Math.PI : (2 * Math.asin(rho)) / Math.PI;
    let covered = 0;
    for (let i = 0; i < 2000; i++) {
      const x = Array.from({ length: 30 }, () => stream.normal());
      const y = x.map((value) => rho * value + Math.sqrt(1 - rho ** 2) * stream.normal());
      const { low, high } = correlate(x, y);
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.93);
    expect(covered / 2000).toBeLessThan(0.975);
  });

  it('is not sure of a perfect order of five items, surer of one of fifty', () => {
    const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
    expect(correlate(upTo(5), upTo(5)).low).toBeLessThan(0.5);
    expect(correlate(upTo(50), upTo(50)).low).toBeGreaterThan(0.9);
  });

  it('knows nothing from three items', () => {
    expect(correlate([1, 2, 3], [1, 2, 3])).toMatchObject({ low: -1, high: 1, n: 3 });
  });

  it('refuses what has no order, naming it', () => {
    expect(() => correlate([1, 2], [1, 2, 3])).toThrow('pairs, not 2 and 3 values');
    expect(() => correlate([1, 2, 3], [4, 4, 4])).toThrow('All 3 values of y are 4');
    expect(() => correlate([1, NaN], [1, 2])).toThrow('Value 1 of 2 (counted from 0) is NaN');
  });
});

/** A correlation near `target`, from an order of n items in which the first few are reversed. */
function withCoefficient(
  correlate: (x: number[], y: number[]) => RankCorrelation,
  n: number,
  target: number,
): RankCorrelation {
  const x = Array.from({ length: n }, (_, i) => i);
  const candidates = x.map((k) => correlate(x, [...x.slice(0, k).reverse(), ...x.slice(k)]));
  const distance = ({ coefficient }: RankCorrelation) => Math.abs(coefficient - target);
  return candidates.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}
