import type { Summary } from './summary';

/** On which side of a threshold a claim puts the mean. */
export type Expectation = { above: number } | { below: number };

/**
 * What the interval of the mean says about a claim: `holds` when all of it is on the claimed side of
 * the threshold, `fails` when none of it is, `undecided` when the threshold is inside.
 */
export type Verdict = 'holds' | 'fails' | 'undecided';

/**
 * How a claim is asserted. `interval`: it passes when the verdict is `holds`. `direction`: it passes
 * when the mean is strictly on the claimed side, whatever the interval; for short runs, which have
 * too few seeds and too little training for an interval to be narrow.
 */
export type Rule = 'direction' | 'interval';

/** The verdict of the interval `measured` on a claim that expects `expect`. */
export function judge(measured: Summary, expect: Expectation): Verdict {
  const { low, high } = distance(measured, expect);
  if (low > 0) return 'holds';
  return high <= 0 ? 'fails' : 'undecided';
}

/** Whether a claim passes under `rule`. */
export function passes(measured: Summary, expect: Expectation, rule: Rule): boolean {
  if (rule === 'interval') return judge(measured, expect) === 'holds';
  return distance(measured, expect).mean > 0;
}

/** How far the measurement lies on the claimed side of the threshold; negative on the other side. */
function distance({ mean, low, high }: Summary, expect: Expectation) {
  const threshold = 'above' in expect ? expect.above : expect.below;
  if (!Number.isFinite(threshold)) {
    throw new RangeError(`A claim needs a finite threshold, not ${threshold}.`);
  }
  return 'above' in expect
    ? { mean: mean - threshold, low: low - threshold, high: high - threshold }
    : { mean: threshold - mean, low: threshold - high, high: threshold - low };
}
