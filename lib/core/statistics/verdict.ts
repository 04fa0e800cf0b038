import type { Summary } from './summary';

/** On which side of a threshold a claim puts the mean. */
export type Expectation = { above: number } | { below: number };

/**
 * What the interval of the mean says about a claim: `holds` when all of it is on the claimed side of
 * the threshold, `fails` when none of it is, `undecided` when the threshold is inside. Where the
 * control holds too, the claim says nothing that is not true of the control: it is no evidence.
 */
export type Verdict = 'holds' | 'holds, as does the control' | 'fails' | 'undecided';

/**
 * How a claim is asserted. `interval`: it passes when it holds. `direction`: it passes
 * when the mean is strictly on the claimed side, whatever the interval; for short runs, which have
 * too few seeds and too little training for an interval to be narrow.
 */
export type Rule = 'direction' | 'interval';

/** The verdict of the interval `measured` on a claim that expects `expect`, beside that of its control. */
export function judge(measured: Summary, expect: Expectation, control?: Summary): Verdict {
  const { low, high } = distance(measured, expect);
  if (low <= 0) return high <= 0 ? 'fails' : 'undecided';
  const alike = control && judge(control, expect) === 'holds';
  return alike ? 'holds, as does the control' : 'holds';
}

/**
 * Whether a claim passes under `rule`. What its control does makes no difference: that a control holds
 * too is a truth to be reported, not a mistake of the run.
 */
export function passes(measured: Summary, expect: Expectation, rule: Rule): boolean {
  if (rule === 'interval') return judge(measured, expect) === 'holds';
  return distance(measured, expect).mean > 0;
}

/** The threshold of an expectation. @throws RangeError when it is not finite. */
export function threshold(expect: Expectation): number {
  const value = 'above' in expect ? expect.above : expect.below;
  if (Number.isFinite(value)) return value;
  throw new RangeError(`A claim needs a finite threshold, not ${value}.`);
}

/** How far the measurement lies on the claimed side of the threshold; negative on the other side. */
function distance({ mean, low, high }: Summary, expect: Expectation) {
  const level = threshold(expect);
  return 'above' in expect
    ? { mean: mean - level, low: low - level, high: high - level }
    : { mean: level - mean, low: level - high, high: level - low };
}
