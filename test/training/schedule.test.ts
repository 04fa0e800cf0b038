import { describe, expect, it } from 'vitest';
import {
  he2015,
  he2015Deep,
  huang2016,
  inSteps,
  jastrzebski2018AveragePooling,
  jastrzebski2018Original,
  jastrzebski2018SingleRepresentation,
  rateAt,
  type EpochRecipe,
  type Recipe,
  type Schedule,
} from '../../lib/training';

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

  it('takes each piecewise rate from its step on, not one earlier', () => {
    const schedule = {
      kind: 'piecewise',
      rates: [
        { from: 0, rate: 0.01 },
        { from: 400, rate: 0.1 },
        { from: 32_000, rate: 0.01 },
      ],
    } as const;
    const rates = [0, 399, 400, 31_999, 32_000, 63_999].map((step) =>
      rateAt(schedule, step, 64_000),
    );
    expect(rates).toEqual([0.01, 0.01, 0.1, 0.1, 0.01, 0.01]);
    const late = { kind: 'piecewise', rates: [{ from: 5, rate: 1 }] } as const;
    expect(() => rateAt(late, 4, 10)).toThrow('no rate for step 4');
  });
});

describe('a schedule that makes no sense is refused before a step, with name and value', () => {
  const drops = { kind: 'drops', rate: 0.1, factor: 0.1 } as const;
  it.each<[object, string]>([
    [
      { kind: 'cosine', rate: 0.1 },
      'kind is one of constant, exponential, drops, piecewise, not "cosine".',
    ],
    ...[0, -0.1, NaN, Infinity, undefined].map((rate): [object, string] => [
      { kind: 'constant', rate },
      `rate is a positive number, not ${rate}.`,
    ]),
    [{ kind: 'exponential', rate: 0.1, decay: 0 }, 'decay is a positive number, not 0.'],
    [{ kind: 'exponential', rate: NaN, decay: 1 }, 'rate is a positive number, not NaN.'],
    [{ ...drops, at: [], factor: -1 }, 'factor is a positive number, not -1.'],
    [
      { ...drops, at: [20, 10] },
      'at are numbers from 0 on, each at least the one before, not 20, 10.',
    ],
    [{ ...drops, at: [-1] }, 'at are numbers from 0 on, each at least the one before, not -1.'],
    [
      { ...drops, at: [1, NaN] },
      'at are numbers from 0 on, each at least the one before, not 1, NaN.',
    ],
    [
      { ...drops, at: [Infinity] },
      'at are numbers from 0 on, each at least the one before, not Infinity.',
    ],
    [
      {
        kind: 'piecewise',
        rates: [
          { from: 5, rate: 1 },
          { from: 0, rate: 2 },
        ],
      },
      'rates[].from are numbers from 0 on, each at least the one before, not 5, 0.',
    ],
    [
      { kind: 'piecewise', rates: [{ from: 0, rate: 0 }] },
      'rates[0].rate is a positive number, not 0.',
    ],
  ])('%o', (schedule, message) => {
    expect(() => rateAt(schedule as Schedule, 0, 10)).toThrow(`schedule.${message}`);
  });
});

describe('inSteps', () => {
  const rest = { optimizer: { name: 'sgd' }, batchSize: 128 } as const;

  it('counts full batches: 10 epochs of 45,000 images in batches of 128 are 3,510 steps', () => {
    const recipe = inSteps(
      { ...rest, epochs: 10, schedule: { kind: 'constant', rate: 1 } },
      45_000,
    );
    expect(recipe).toEqual({ ...rest, steps: 3510, schedule: { kind: 'constant', rate: 1 } });
  });

  it('changes the rate where an epoch begins', () => {
    const recipe = inSteps(huang2016, 45_000);
    const rates = [0, 250 * 351 - 1, 250 * 351, 375 * 351 - 1, 375 * 351].map((step) =>
      rateAt(recipe.schedule, step, recipe.steps),
    );
    expect(rates[0]).toBe(0.1);
    expect(rates[1]).toBe(0.1);
    expect(rates[2]).toBeCloseTo(0.01, 12);
    expect(rates[3]).toBeCloseTo(0.01, 12);
    expect(rates[4]).toBeCloseTo(0.001, 12);
  });

  it('refuses a batch larger than the data', () => {
    expect(() => inSteps(huang2016, 100)).toThrow('A batch of 128 needs more than the 100');
  });
});

describe('the recipes of the papers', () => {
  const inEpochs = (recipe: EpochRecipe) => ({ total: recipe.epochs, schedule: recipe.schedule });
  const asIs = (recipe: Recipe) => ({ total: recipe.steps, schedule: recipe.schedule });

  it.each([
    ['He 2015', asIs(he2015), [0, 31_999, 48_000], [0.1, 0.1, 0.001]],
    ['He 2015, 110 layers', asIs(he2015Deep), [399, 400, 63_999], [0.01, 0.1, 0.001]],
    ['Huang 2016', inEpochs(huang2016), [249, 250, 375], [0.1, 0.01, 0.001]],
    [
      'original',
      inEpochs(jastrzebski2018Original),
      [79, 80, 120, 200, 240],
      [0.1, 0.01, 0.001, 1e-5, 1.1e-5],
    ],
    [
      'single',
      inEpochs(jastrzebski2018SingleRepresentation),
      [39, 40, 60, 80],
      [0.1, 0.02, 0.004, 8e-4],
    ],
    [
      'pooling',
      inEpochs(jastrzebski2018AveragePooling),
      [39, 40, 60, 80],
      [0.1, 0.02, 0.004, 8e-4],
    ],
  ])(
    'have a rate for every step, and the published one where it changes: %s',
    (_, run, at, rates) => {
      const { schedule, total } = run;
      const all = Array.from({ length: total }, (_, step) => rateAt(schedule, step, total));
      expect(all.filter((rate) => !(rate > 0))).toEqual([]);
      at.forEach((step, i) => expect(rateAt(schedule, step, total)).toBeCloseTo(rates[i]!, 9));
    },
  );
});
