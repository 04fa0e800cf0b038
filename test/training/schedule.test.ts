import { describe, expect, it } from 'vitest';
import { rateAt } from '../../lib/training';

describe('rateAt', () => {
  it('keeps a constant rate', () => {
    expect([0, 50, 99].map((step) => rateAt({ kind: 'constant', rate: 0.1 }, step, 100))).toEqual([
      0.1, 0.1, 0.1,
    ]);
  });

  it('decays exponentially to rate * decay at the end', () => {
    const schedule = { kind: 'exponential', rate: 2, decay: 0.25 } as const;
    expect([0, 50, 100].map((step) => rateAt(schedule, step, 100))).toEqual([2, 1, 0.5]);
  });

  it('drops at the steps named, not one earlier', () => {
    const schedule = { kind: 'drops', rate: 1, factor: 0.5, at: [10, 20] } as const;
    const rates = [9, 10, 19, 20].map((step) => rateAt(schedule, step, 30));
    expect(rates).toEqual([1, 0.5, 0.5, 0.25]);
  });
});
