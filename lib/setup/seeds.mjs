import { link, table } from './resultsTable.mjs';

/** @typedef {import('./results.mjs').Notebook} Notebook */
/** @typedef {import('./results.mjs').ClaimRow} ClaimRow */

const source = (/** @type {{ source: string | string[] }} */ cell) => [cell.source].flat().join('');

/** The seeds in words like `11-20` or `3,5,8`. @throws {Error} when it is none. */
export function seedsIn(/** @type {string} */ words) {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(words)?.map(Number) ?? [];
  const length = Number(last) - Number(first) + 1;
  if (length > 0) return Array.from({ length }, (_, i) => Number(first) + i);
  if (/^\d+(,\d+)*$/.test(words)) return words.split(',').map(Number);
  throw new Error(`"${words}" names no seeds: write 11-20 or 3,5,8.`);
}

const parametersCell = (/** @type {Notebook} */ { cells }) =>
  cells.findIndex(
    (cell) => cell.metadata.tags?.includes('parameters') && /^const seeds\b/m.test(source(cell)),
  );

/** Whether a notebook says in its parameters which seeds it takes. */
export const hasSeeds = (/** @type {Notebook} */ notebook) => parametersCell(notebook) >= 0;

/**
 * The notebook with other seeds: a cell after its parameters names them anew, as papermill does.
 *
 * @param {Notebook} notebook @param {readonly number[]} seeds @returns {Notebook}
 */
export function withSeeds(notebook, seeds) {
  const after = parametersCell(notebook) + 1;
  if (after === 0) throw new Error('The cell tagged "parameters" has no "const seeds".');
  const { cells } = notebook;
  const cell = {
    cell_type: 'code',
    ...('id' in (cells[0] ?? {}) ? { id: 'seeds' } : {}),
    metadata: {},
    source: `const seeds = [${seeds.join(', ')}];`,
    outputs: [],
    execution_count: null,
  };
  return { ...notebook, cells: [...cells.slice(0, after), cell, ...cells.slice(after)] };
}

const first = 'notebook | claim | first seeds | verdict';

/**
 * RESULTS.md's table of claims on the seeds they were made with and on others.
 *
 * @param {readonly { name: string, committed: ClaimRow[], again: ClaimRow[] }[]} runs
 * @param {string} seeds in words
 * @param {string} before the table so far, whose other notebooks stay
 */
export function confirmationTable(runs, seeds, before) {
  const kept = before
    .split('\n')
    .filter((line) => /^\| \[\d/.test(line))
    .filter((line) => runs.every(({ name }) => !line.includes(`(notebooks/${name})`)))
    .map((line) => line.replace(/^\| *| *\|$/g, ''));
  const rows = runs.flatMap(({ name, committed, again }) => {
    const then = new Map(committed.map((row) => [row.claim, row]));
    return again.map(({ claim, ours, verdict, chosenAfter }) =>
      [
        link(name),
        chosenAfter ? `${claim} †` : claim,
        ...[then.get(claim)?.ours, then.get(claim)?.verdict, ours, verdict],
      ]
        .map((entry) => entry ?? '–')
        .join(' | '),
    );
  });
  return table([`${first} | seeds ${seeds} | verdict`, ...[...kept, ...rows].sort(byNotebook)]);
}

const byNotebook = (/** @type {string} */ a, /** @type {string} */ b) =>
  a.slice(0, 3).localeCompare(b.slice(0, 3));
