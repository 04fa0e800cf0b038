import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './house.mjs';

/**
 * The parts of a notebook that matter here.
 *
 * @typedef {{ data?: Record<string, any> }} Output
 * @typedef {{ cell_type: string, source: string | string[], outputs?: Output[], metadata: { tags?: string[] } }} Cell
 * @typedef {{ cells: Cell[], metadata: { unrolled?: { claims?: string[], profile?: string, code?: string } } }} Notebook
 */

export const notebooksFolder = join(root, 'notebooks');

/** File names of all notebooks, in order. */
export const notebookNames = () =>
  readdirSync(notebooksFolder)
    .filter((name) => name.endsWith('.ipynb'))
    .sort();

/** @returns {Notebook} */
export const readNotebook = (/** @type {string} */ name) =>
  JSON.parse(readFileSync(join(notebooksFolder, name), 'utf8'));

/** SHA-256 of the code, by which outputs are known to belong to it. */
export function codeHash(/** @type {Notebook} */ notebook) {
  const code = notebook.cells.filter((cell) => cell.cell_type === 'code').map(sourceOf);
  return createHash('sha256').update(JSON.stringify(code)).digest('hex');
}

/** The static image of the cell tagged `readme`, if there is one. */
export function readmeFigure(/** @type {Notebook} */ notebook) {
  const cell = notebook.cells.find(({ metadata }) => metadata.tags?.includes('readme'));
  return cell?.outputs?.map((output) => text(output, 'image/svg+xml')).find(Boolean);
}

/**
 * A claim in words, from a notebook's closing table; `id`, `p`, `data` and `chosenAfter` from the claim itself.
 *
 * @typedef {{ claim: string, id?: string, paper?: string, expected?: string, ours?: string, control?: string,
 *   verdict?: string, p?: number, data?: string, chosenAfter?: boolean }} ClaimRow
 */

const claimType = 'application/vnd.unrolled.claim+json';

/** The claims of an executed notebook. @returns {ClaimRow[]} */
export function claimRows(/** @type {Notebook} */ notebook) {
  const outputs = notebook.cells.flatMap((cell) => cell.outputs ?? []);
  const records = outputs.flatMap(({ data }) => data?.[claimType] ?? []);
  const recorded = new Map(records.map((record) => [record.statement, record]));
  return closingTable(outputs).map((row) => {
    const { id, p, data, chosenAfter } = recorded.get(row.claim.replaceAll('\\|', '|')) ?? {};
    return { ...row, id, p, data, chosenAfter };
  });
}

/** The last closing table, a row by the first word of its column. @returns {ClaimRow[]} */
function closingTable(/** @type {Output[]} */ outputs) {
  const tables = outputs.map((output) => text(output, 'text/markdown'));
  const last = tables.filter((markdown) => markdown.startsWith('| claim | paper |')).at(-1);
  const [head, , ...rows] = (last ?? '').trim().split('\n').map(cellsOf);
  const names = (head ?? []).map((name) => name.split(':')[0]);
  return rows.map((row) => Object.fromEntries(row.map((entry, i) => [names[i], entry])));
}

const cellsOf = (/** @type {string} */ line) => line.slice(2, -2).split(/ (?<!\\)\| /);

const sourceOf = (/** @type {Cell} */ { source }) => [source].flat().join('');

const text = (/** @type {Output} */ { data }, /** @type {string} */ type) =>
  [data?.[type] ?? ''].flat().join('');
