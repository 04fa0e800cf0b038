import type { Bounds, Expectation, Rule, Summary, Verdict } from 'unrolled-core';
import { markdown, plain } from './claimWords';
import { judged } from './judged';
import { display } from './kernel';
import { atLeast, profile, type Profile } from '../training';
import { dataLabel, dataReported } from './reportSetup';

/** That the values lie on one side of those of the control, seed by seed. */
export type PairedExpectation = { above: 'control' } | { below: 'control' };

/** A claim, what was measured for it, and what the same measure gives where the claim has no reason to hold. */
export interface Claim {
  /** Its name, unique in the notebook and listed in the notebook's `metadata.unrolled.claims`. */
  id: string;
  /** The claim in a sentence. */
  statement: string;
  /** What is measured. */
  quantity: string;
  unit?: string;
  /**
   * Where the mean over seeds should lie, said before measuring: `{ below: 0.5 }`, `{ between: [-1, 1] }`. Where the claim is
   * about training, `{ below: 'control' }`: what is judged is then the values less those of the
   * control, seed by seed.
   */
  expect: Expectation | PairedExpectation;
  /** One measurement per seed. */
  values: ArrayLike<number>;
  /** The same quantity, one per seed, on something untrained, shuffled or plain. */
  control: { name: string; values: ArrayLike<number> };
  /** What the quantity can't get past, if it can't: `[0, 1]` for a share. */
  within?: Bounds;
  /** The data set measured on; the one last reported if left out. */
  data?: { name: string; verified?: boolean };
  /**
   * That the measure was chosen, or changed, after seeing what it gives on these seeds. It is shown
   * with the claim, and `npm run confirm` measures once more on seeds that were not used.
   */
  chosenAfter?: boolean;
  /**
   * From which profile on the claim is asserted; default `smoke`, always. Below it the claim is
   * measured, judged and shown with its verdict, whatever that is, but fails no run: for what is too
   * small a scale to settle.
   */
  asserted?: Profile;
}

/** What was measured, and what it says. */
export interface Judged {
  /** What was expected, in words. */
  expected: string;
  /** The thresholds of what is judged; 0 for a difference. */
  thresholds: number[];
  /** JSON has no infinity: with one seed, `low` and `high` are stored as null. */
  measured: Summary & { unit?: string };
  /** Its verdict says whether it meets the expectation too; none where values and control are paired. */
  control: { name: string; measured: Summary; verdict?: Verdict };
  /** The values less those of the control, seed by seed, where that is what is judged. */
  difference?: Summary;
  /** What the 95 % interval says, of the difference if there is one. */
  verdict: Verdict;
  /** That of the t test, see `pValue`; all those of the collection are corrected in RESULTS.md. */
  p: number;
  passed: boolean;
}

/** The outcome of a {@link claim}, as the notebook stores it. */
export interface ClaimRecord extends Judged {
  id: string;
  statement: string;
  /** By which rule `passed` was decided: `direction` under smoke, else `interval`. */
  rule: Rule;
  /** Whether the run fails when the claim does not pass. */
  asserted: boolean;
  /** Whether the measure was chosen after seeing data. */
  chosenAfter: boolean;
  /** The data set's name. */
  data?: string;
}

const made = new Map<string, ClaimRecord>();

/**
 * Judges a claim and displays the outcome: what was expected, mean and 95 % interval over the seeds,
 * the control, the verdict. Under `quick` and `paper` a claim passes when the whole interval is on
 * the claimed side; under `smoke` when the mean is. A claim that does not pass throws nothing, so
 * that the notebook runs to its end: what runs notebooks reports it, if it is `asserted` under this
 * profile. A claim that holds, as does its control, passes: it is true, and shown everywhere as no
 * evidence.
 *
 * Assign the result, or tslab prints it once more at the end of a cell.
 *
 * @throws RangeError when there are no values or one is not finite, when values and control are to be
 *   paired and are not as many; the message names the claim.
 */
export function claim(of: Claim): ClaimRecord {
  const { id, statement, asserted = 'smoke', chosenAfter = false } = of;
  const rule = profile() === 'smoke' ? 'direction' : 'interval';
  const record: ClaimRecord = {
    id,
    statement,
    ...judged(of, rule),
    rule,
    asserted: atLeast(asserted),
    chosenAfter,
    data: of.data ? dataLabel(of.data) : dataReported(),
  };
  made.set(id, record);
  display()({
    'application/vnd.unrolled.claim+json': record,
    'text/markdown': markdown(record),
    'text/plain': plain(record),
  });
  return record;
}

/** The claims made so far, in order; a claim made again counts once, with its last outcome. */
export function claims(): ClaimRecord[] {
  return [...made.values()];
}
