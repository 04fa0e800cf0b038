import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chosen } from './chosen.mjs';
import { root } from './house.mjs';
import { liveLine } from './liveLine.mjs';
import { environment, variables } from './python.mjs';
import { isOfLarger, readOutcomes, withOutcome, writeOutcomes } from './outcomes.mjs';
import { codeHash, notebooksFolder, readmeFigure, readNotebook } from './results.mjs';
import { resultsTable } from './resultsTable.mjs';
import { scalesTable } from './scalesTable.mjs';
import { writeSection } from './sections.mjs';
import { setUp } from './setup.mjs';
import { explain } from './step.mjs';
import machine from '../machine/index.cjs';

const usage = `Usage: npm run reproduce -- [--profile quick] [NAME...]

Executes the notebooks in place, all or those whose file name starts with a NAME, and writes the tables of
RESULTS.md. A notebook whose claims fail is written; one that breaks is left as it was, as is one that shows the
outputs of a larger profile: of that, only what the claims came to is written down.
`;

const { profile, names } = chosen(usage);

await setUp().catch(explain);
const { runNotebook, writeNotebook } = await import('nbconvert-runner');
const interruption = new AbortController();
const { signal } = interruption;
process.once('SIGINT', () => interruption.abort()).once('SIGTERM', () => interruption.abort());
for (const name of names) {
  const path = join(notebooksFolder, name);
  console.log(`${name}, ${profile} ...`);
  const live = liveLine();
  const result = await runNotebook(path, {
    profile,
    timeout: 24 * 3600,
    signal,
    env: variables(environment()),
    onProgress: live.update,
  });
  live.end();
  for (const { message } of result.failures) console.log(message);
  if (signal.aborted) process.exit(130);
  const broken = result.failures.some(({ kind }) => kind !== 'claim');
  const written = !broken && result.notebook && isWritten(name, result.notebook);
  console.log(`  ${written || 'not written'} after ${result.seconds.toFixed(0)} s`);
  if (!written) process.exitCode = 1;
}

/**
 * Writes down what an executed notebook's claims came to and, unless it shows a larger profile's, its
 * outputs, with its figure for the readme; says which, and what can't be written.
 *
 * @param {string} name @param {import('nbconvert-runner').Notebook} executed
 */
function isWritten(name, executed) {
  const notebook = withoutPlaces(executed);
  const path = join(notebooksFolder, name);
  const made = { profile, code: codeHash(/** @type {any} */ (notebook)) };
  notebook.metadata.unrolled = Object.assign({}, notebook.metadata.unrolled, made);
  const figure = readmeFigure(/** @type {any} */ (notebook));
  const figures = join(notebooksFolder, 'figures');
  try {
    writeOutcomes(withOutcome(readOutcomes(), name, profile, /** @type {any} */ (notebook)));
    if (isOfLarger(readNotebook(name), profile)) return 'outcomes written';
    writeNotebook(path, notebook);
    mkdirSync(figures, { recursive: true });
    if (figure) machine.writeWhole(join(figures, `${basename(path, '.ipynb')}.svg`), figure);
    return 'written';
  } catch (error) {
    console.log(`${path} could not be written: ${/** @type {Error} */ (error).message}.`);
    return undefined;
  }
}

/**
 * The notebook without where this machine keeps things.
 *
 * @template T @param {T} notebook @returns {T}
 */
function withoutPlaces(notebook) {
  const data = process.env['UNROLLED_DATA'];
  const text = JSON.stringify(notebook).replaceAll(root, '.');
  return JSON.parse(data ? text.replaceAll(data, '$UNROLLED_DATA') : text);
}

await writeSection('results', await resultsTable(), 'RESULTS.md');
await writeSection('scales', scalesTable(), 'RESULTS.md');
