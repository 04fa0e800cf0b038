import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chosen } from './chosen.mjs';
import { root } from './house.mjs';
import { environment, variables } from './python.mjs';
import { isOfLarger, readOutcomes, withOutcome, writeOutcomes } from './outcomes.mjs';
import { codeHash, notebooksFolder, readmeFigure, readNotebook } from './results.mjs';
import { resultsTable } from './resultsTable.mjs';
import { scalesTable } from './scalesTable.mjs';
import { writeSection } from './sections.mjs';
import { setUp } from './setup.mjs';
import { explain } from './step.mjs';

const usage = `Usage: npm run reproduce -- [--profile quick] [NAME...]

Executes the notebooks in place, all or those whose file name starts with a NAME, and writes the tables of
RESULTS.md. A notebook whose claims fail is written; one that breaks is left as it was, as is one that shows the
outputs of a larger profile: of that, only what the claims came to is written down.
`;

const { profile, names } = chosen(usage);

await setUp().catch(explain);
const { runNotebook, writeNotebook } = await import('nbconvert-runner');
for (const name of names) {
  const path = join(notebooksFolder, name);
  console.log(`${name}, ${profile} ...`);
  const result = await runNotebook(path, {
    profile,
    timeout: 24 * 3600,
    env: variables(environment()),
  });
  for (const { message } of result.failures) console.log(message);
  const broken = result.failures.some(({ kind }) => kind !== 'claim');
  if (broken || !result.notebook) {
    console.log(`  not written after ${result.seconds.toFixed(0)} s`);
    process.exitCode = 1;
    continue;
  }
  const notebook = withoutPlaces(result.notebook);
  const outcomes = withOutcome(readOutcomes(), name, profile, /** @type {any} */ (notebook));
  await writeOutcomes(outcomes);
  const kept = isOfLarger(readNotebook(name), profile);
  const what = kept ? 'outcomes written' : 'written';
  console.log(`  ${what} after ${result.seconds.toFixed(0)} s`);
  if (kept) continue;
  const made = { profile, code: codeHash(/** @type {any} */ (notebook)) };
  notebook.metadata.unrolled = Object.assign({}, notebook.metadata.unrolled, made);
  await writeNotebook(path, notebook);
  const figure = readmeFigure(/** @type {any} */ (notebook));
  if (figure) {
    mkdirSync(join(notebooksFolder, 'figures'), { recursive: true });
    writeFileSync(join(notebooksFolder, 'figures', `${basename(name, '.ipynb')}.svg`), figure);
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
