import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './house.mjs';

/**
 * The parts of a notebook that matter here.
 *
 * @typedef {{ data?: Record<string, string | string[]> }} Output
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

/** README's table of results: the closing tables of the notebooks, one below the other. */
export function resultsTable() {
  const rows = notebookNames().flatMap((name) => {
    const notebook = readNotebook(name);
    const profile = notebook.metadata.unrolled?.profile;
    return closingRows(notebook).map(
      ([claim, paper, , ours, verdict]) =>
        `| [${basename(name, '.ipynb').slice(0, 2)}](notebooks/${name}) ${profile} | ${[claim, paper, ours, verdict].join(' | ')} |`,
    );
  });
  return [
    '| notebook, profile | claim | paper | ours: mean [95 % interval], seeds | verdict |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function closingRows(/** @type {Notebook} */ notebook) {
  const outputs = notebook.cells.flatMap((cell) => cell.outputs ?? []);
  const table = outputs
    .map((output) => text(output, 'text/markdown'))
    .filter((markdown) => markdown.startsWith('| claim | paper |'))
    .at(-1);
  const lines = table ? table.trim().split('\n').slice(2) : [];
  return lines.map((line) => line.slice(2, -2).split(/ (?<!\\)\| /));
}

const sourceOf = (/** @type {Cell} */ { source }) => [source].flat().join('');

const text = (/** @type {Output} */ { data }, /** @type {string} */ type) =>
  [data?.[type] ?? ''].flat().join('');
