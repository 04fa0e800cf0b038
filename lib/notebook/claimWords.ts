import type { Verdict } from 'unrolled-core';
import type { ClaimRecord } from './claim';
import { inWords } from './format';
import { profile } from '../training';

const marks = {
  holds: '✓ holds',
  'holds, as does the control': '= holds, as does the control: no evidence',
  undecided: '? undecided',
  fails: '✗ fails',
};

/** The verdict, whether it is enough, and whether it has to be, in words. */
export function outcome({ verdict, rule, passed, asserted }: ClaimRecord): string {
  const direction =
    rule === 'direction' && verdict === 'undecided'
      ? `, direction ${passed ? 'as claimed' : 'not as claimed'}`
      : '';
  return `${marks[verdict]}${direction}${asserted ? '' : ` (not asserted under ${profile()})`}`;
}

/** What was measured, in words; with what it is less the control, where that is judged. */
export function measuredInWords({ measured, difference, thresholds }: ClaimRecord): string {
  const { unit } = measured;
  if (!difference) return inWords(measured, unit, thresholds);
  return `${inWords(measured, unit)}; less the control, by seed: ${inWords(difference, unit, thresholds)}`;
}

/** What the control gives, in words. */
export function controlInWords({ measured, control, thresholds, difference }: ClaimRecord): string {
  return inWords(control.measured, measured.unit, difference ? [] : thresholds);
}

/** The claim as a table, for readers. */
export function markdown(record: ClaimRecord): string {
  const [head, ...rows] = lines(record).map((line) => `| ${line.map(cell).join(' | ')} |`);
  return [`**${record.id}: ${record.statement}**`, '', head, '|---|---|', ...rows].join('\n');
}

/** The claim as plain text. */
export function plain(record: ClaimRecord): string {
  const rows = lines(record).map(([name, text]) => `  ${name}: ${text}`);
  return [`${record.id}: ${record.statement}`, ...rows].join('\n');
}

/** Text that can't end a cell of a Markdown table. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function lines(record: ClaimRecord): [string, string][] {
  const { expected, control, chosenAfter } = record;
  const also: Partial<Record<Verdict, string>> = {
    holds: '; meets the expectation too',
    fails: '; does not meet the expectation',
    undecided: '; does not decide the expectation',
  };
  const { verdict } = control;
  const after = 'after seeing what it gives on these seeds; npm run confirm takes others';
  return [
    ['expected', expected],
    ['measured', measuredInWords(record)],
    [`control: ${control.name}`, `${controlInWords(record)}${(verdict && also[verdict]) ?? ''}`],
    ...(chosenAfter ? [['measure chosen', after] satisfies [string, string]] : []),
    ['verdict', outcome(record)],
  ];
}
