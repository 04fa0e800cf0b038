import { basename } from 'node:path';
import { claimRows, notebookNames, readNotebook } from './results.mjs';

const level = 0.05;

/**
 * RESULTS.md's table: the claims of all notebooks, and what is left of them when the chance of one
 * false proof among all is kept at 5 % (Holm 1979), by the p-values of all.
 */
export async function resultsTable() {
  const rows = await withHolm(
    notebookNames().flatMap((name) => {
      const notebook = readNotebook(name);
      const profile = notebook.metadata.unrolled?.profile;
      return claimRows(notebook).map((row) => ({ ...row, notebook: `${link(name)} ${profile}` }));
    }),
  );
  const head =
    'notebook, profile | claim | paper | expected | ours | control | data | verdict | Holm';
  const lines = rows.map((row) =>
    [
      row.notebook,
      row.chosenAfter ? `${row.claim} †` : row.claim,
      ...[row.paper, row.expected, row.ours, row.control, row.data, row.verdict, holmCell(row)],
    ]
      .map((entry) => entry ?? '–')
      .join(' | '),
  );
  return [table([head, ...lines]), '', count(rows)].join('\n');
}

/** A link to a notebook, by its number. */
export const link = (/** @type {string} */ name) =>
  `[${basename(name, '.ipynb').slice(0, 2)}](notebooks/${name})`;

/** A Markdown table of rows without their outer bars, the first of which is the head. */
export function table(/** @type {string[]} */ [head = '', ...rows]) {
  const rule = head.split(' | ').map(() => '---');
  return [head, rule.join(' | '), ...rows].map((row) => `| ${row} |`).join('\n');
}

/**
 * The rows with their p-values corrected for all that have one.
 *
 * @template {import('./results.mjs').ClaimRow} Row
 * @param {Row[]} rows
 * @returns {Promise<(Row & { holm?: number })[]>}
 */
export async function withHolm(rows) {
  const { default: padjust } = await import('@stdlib/stats-padjust');
  const tested = rows.filter(({ p }) => p !== undefined);
  const p = tested.map((row) => Number(row.p));
  const corrected = p.length > 0 ? padjust(p, 'holm', p.length) : [];
  return rows.map((row) => ({ ...row, holm: corrected[tested.indexOf(row)] }));
}

/** @typedef {import('./results.mjs').ClaimRow & { holm?: number }} HolmRow */

const left = (/** @type {HolmRow} */ { verdict, holm = 1 }) => isEvidence(verdict) && holm < level;

const isEvidence = (/** @type {string | undefined} */ verdict = '') =>
  verdict.includes('holds') && !verdict.includes('as does the control');

/** @param {HolmRow} row */
function holmCell(row) {
  if (row.holm === undefined || !isEvidence(row.verdict)) return '–';
  const p = row.holm < 1e-4 ? '< 0.0001' : row.holm.toPrecision(2);
  return left(row) ? `✓ ${p}` : p;
}

function count(/** @type {HolmRow[]} */ rows) {
  const verdicts = rows.map(({ verdict = '' }) => verdict);
  const those = (/** @type {string} */ word) => verdicts.filter((v) => v.includes(word)).length;
  const alike = those('as does the control');
  return (
    `Of ${rows.length} claims ${those('holds') - alike} hold, ${alike} hold as does the control, ` +
    `${those('undecided')} are undecided and ${those('fails')} fail. ` +
    `Of those that hold ${rows.filter(left).length} are left at a family-wise 5 %.`
  );
}
