import type { Bounds } from './bounds';
import type { Summary } from './summary';

/** On which side of a threshold a claim puts the mean, or between which two. */
export type Expectation = { above: number } | { below: number } | { between: Bounds };

/** One threshold of an expectation, and on which side of it the mean should lie: 1 above, -1 below. */
export interface Side {
  sign: 1 | -1;
  threshold: number;
}

/**
 * What the interval of the mean says about a claim: `holds` when all of it is on the claimed side of
 * the threshold, `fails` when none of it is, `undecided` when a threshold is inside. Where the
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

/**
 * The thresholds of an expectation.
 * @throws RangeError when one is not finite, or nothing lies between them.
 */
export function sides(expect: Expectation): Side[] {
  const found = sidesOf(expect);
  for (const { threshold } of found) {
    if (Number.isFinite(threshold)) continue;
    throw new RangeError(`A claim needs a finite threshold, not ${threshold}.`);
  }
  const [first, second] = found;
  if (second && first!.threshold >= second.threshold) {
    throw new RangeError(`Nothing lies between ${first!.threshold} and ${second.threshold}.`);
  }
  return found;
}

function sidesOf(expect: Expectation): Side[] {
  if ('above' in expect) return [{ sign: 1, threshold: expect.above }];
  if ('below' in expect) return [{ sign: -1, threshold: expect.below }];
  const [least, greatest] = expect.between;
  return [
    { sign: 1, threshold: least },
    { sign: -1, threshold: greatest },
  ];
}

/** How far the measurement lies on the claimed side of the nearer threshold; negative on the other side. */
function distance({ mean, low, high }: Summary, expect: Expectation) {
  const each = sides(expect).map(({ sign, threshold }) => {
    const from = (value: number) => sign * (value - threshold);
    return {
      mean: from(mean),
      low: from(sign > 0 ? low : high),
      high: from(sign > 0 ? high : low),
    };
  });
  const least = (of: 'mean' | 'low' | 'high') => Math.min(...each.map((side) => side[of]));
  return { mean: least('mean'), low: least('low'), high: least('high') };
}
