import {
  judge,
  passes,
  summarise,
  type Expectation,
  type Rule,
  type Summary,
  type Verdict,
} from 'unrolled-core';
import { inWords } from './format';
import { display } from './kernel';
import { atLeast, profile, type Profile } from './profile';

/** A claim, what was measured for it, and what the same measure gives where the claim has no reason to hold. */
export interface Claim {
  /** Its name, unique in the notebook and listed in the notebook's `metadata.unrolled.claims`. */
  id: string;
  /** The claim in a sentence. */
  statement: string;
  /** What is measured. */
  quantity: string;
  unit?: string;
  /** Where the mean over seeds should lie, said before measuring: `{ below: 0.5 }`. */
  expect: Expectation;
  /** One measurement per seed. */
  values: ArrayLike<number>;
  /** The same quantity on something untrained, shuffled or plain. */
  control: { name: string; values: ArrayLike<number> };
  /**
   * From which profile on the claim is asserted; default `smoke`, always. Below it the claim is
   * measured, judged and shown with its verdict, whatever that is, but fails no run: for what is too
   * small a scale to settle.
   */
  asserted?: Profile;
}

/** The outcome of a {@link claim}, as the notebook stores it. */
export interface ClaimRecord {
  id: string;
  statement: string;
  /** What was expected, in words. */
  expected: string;
  /** JSON has no infinity: with one seed, `low` and `high` are stored as null. */
  measured: Summary & { unit?: string };
  control: { name: string; measured: Summary; verdict: Verdict };
  /** What the 95 % interval says. */
  verdict: Verdict;
  /** By which rule `passed` was decided: `direction` under smoke, else `interval`. */
  rule: Rule;
  passed: boolean;
  /** Whether the run fails when the claim does not pass. */
  asserted: boolean;
}

const made = new Map<string, ClaimRecord>();

/**
 * Judges a claim and displays the outcome: what was expected, mean and 95 % interval over the seeds,
 * the control, the verdict. Under `quick` and `paper` a claim passes when the whole interval is on
 * the claimed side; under `smoke` when the mean is. A claim that does not pass throws nothing, so
 * that the notebook runs to its end: what runs notebooks reports it, if it is `asserted` under this
 * profile.
 *
 * Assign the result, or tslab prints it once more at the end of a cell.
 *
 * @throws RangeError when there are no values or one is not finite; the message names the claim.
 */
export function claim({
  id,
  statement,
  quantity,
  unit,
  expect,
  values,
  control,
  asserted = 'smoke',
}: Claim): ClaimRecord {
  const rule = profile() === 'smoke' ? 'direction' : 'interval';
  const measured = summaryFor(id, 'values', values);
  const controlled = summaryFor(id, `control "${control.name}"`, control.values);
  const side = 'above' in expect ? `above ${expect.above}` : `below ${expect.below}`;
  const record: ClaimRecord = {
    id,
    statement,
    expected: `${quantity} ${side}${unit ? ` ${unit}` : ''}`,
    measured: unit ? { ...measured, unit } : measured,
    control: { name: control.name, measured: controlled, verdict: judge(controlled, expect) },
    verdict: judge(measured, expect),
    rule,
    passed: passes(measured, expect, rule),
    asserted: atLeast(asserted),
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

function summaryFor(id: string, what: string, values: ArrayLike<number>): Summary {
  try {
    return summarise(values);
  } catch (error) {
    throw new RangeError(`Claim "${id}", ${what}: ${(error as Error).message}`);
  }
}

/** The verdict, whether it is enough, and whether it has to be, in words. */
export function outcome({ verdict, rule, passed, asserted }: ClaimRecord): string {
  const mark = { holds: '✓ holds', fails: '✗ fails', undecided: '? undecided' }[verdict];
  const direction =
    rule === 'direction' && verdict === 'undecided'
      ? `, direction ${passed ? 'as claimed' : 'not as claimed'}`
      : '';
  return `${mark}${direction}${asserted ? '' : ` (not asserted under ${profile()})`}`;
}

function lines(record: ClaimRecord): [string, string][] {
  const { expected, measured, control } = record;
  const also = { holds: 'meets', fails: 'does not meet', undecided: 'does not decide' }[
    control.verdict
  ];
  return [
    ['expected', expected],
    ['measured', inWords(measured, measured.unit)],
    [
      `control: ${control.name}`,
      `${inWords(control.measured, measured.unit)}; ${also} the expectation`,
    ],
    ['verdict', outcome(record)],
  ];
}

function markdown(record: ClaimRecord): string {
  const rows = lines(record).map(([name, text]) => `| ${cell(name)} | ${cell(text)} |`);
  return [`**${record.id}: ${record.statement}**`, '', '| | |', '|---|---|', ...rows].join('\n');
}

function plain(record: ClaimRecord): string {
  const rows = lines(record).map(([name, text]) => `  ${name}: ${text}`);
  return [`${record.id}: ${record.statement}`, ...rows].join('\n');
}

/** Text that can't end a cell of a Markdown table. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
