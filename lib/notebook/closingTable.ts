import { claims, type ClaimRecord } from './claim';
import { cell, controlInWords, measuredInWords, outcome } from './claimWords';
import { display } from './kernel';

/** A row of the {@link closingTable}. */
export interface ClosingRow {
  /** The claim's id. */
  claim: string;
  /** What the paper reports, and where. */
  paper: string;
}

/**
 * Displays what the paper reports beside what was measured here, a row for each claim. A claim made
 * but not among `rows` is added at the end.
 *
 * @throws Error when a row names a claim that was not made.
 */
export function closingTable(rows: readonly ClosingRow[]): void {
  const records = new Map(claims().map((record) => [record.id, record]));
  const paper = new Map(rows.map((row) => [row.claim, row.paper]));
  for (const id of paper.keys()) {
    if (records.has(id)) continue;
    const known = [...records.keys()].join(', ') || 'none';
    throw new Error(`The closing table names "${id}", but the claims made so far are: ${known}.`);
  }
  const ids = new Set([...paper.keys(), ...records.keys()]);
  const table = [...ids].map((id) => entries(records.get(id)!, paper.get(id) ?? '–'));
  const head = [
    'claim',
    'paper',
    'expected',
    'ours: mean [95 % interval], seeds',
    'control',
    'verdict',
  ];
  const markdown = [head, head.map(() => '---'), ...table].map(
    (row) => `| ${row.map(cell).join(' | ')} |`,
  );
  const plain = table.map((row) => row.map((text, i) => `${head[i]}: ${text}`).join('\n  '));
  display()({ 'text/markdown': markdown.join('\n'), 'text/plain': plain.join('\n') });
}

function entries(record: ClaimRecord, paper: string): string[] {
  const { statement, expected, control } = record;
  const beside = `${control.name}: ${controlInWords(record)}`;
  return [statement, paper, expected, measuredInWords(record), beside, outcome(record)];
}
