import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chosen } from './chosen.mjs';
import { scratch } from './house.mjs';
import { liveLine } from './liveLine.mjs';
import { environment, variables } from './python.mjs';
import { claimRows, notebooksFolder, readNotebook } from './results.mjs';
import { readSection, writeSection } from './sections.mjs';
import { confirmationTable, hasSeeds, seedsIn, withSeeds } from './seeds.mjs';
import { setUp } from './setup.mjs';
import { explain } from './step.mjs';

const usage = `Usage: npm run confirm -- [--seeds 11-20] [--profile quick] [NAME...]

Executes the notebooks, all or those whose file name starts with a NAME, on seeds that they were not made with, and
writes RESULTS.md's table of what their claims are on both. The notebooks stay as they are.
`;

const { profile, names, values, refuse } = chosen(
  usage,
  { seeds: { type: 'string', default: '11-20' } },
  (name) => hasSeeds(readNotebook(name)),
);
const words = String(values['seeds']);
const seeds = understood(words);

await setUp().catch(explain);
const { runNotebook } = await import('nbconvert-runner');
const folder = join(scratch, 'confirm');
mkdirSync(folder, { recursive: true });
const runs = [];
for (const name of names) {
  const path = join(folder, name);
  const committed = readNotebook(name);
  writeFileSync(path, JSON.stringify(withSeeds(committed, seeds)));
  console.log(`${name}, ${profile}, seeds ${words} ...`);
  const env = variables(environment());
  const live = liveLine();
  const options = {
    profile,
    timeout: 24 * 3600,
    cwd: notebooksFolder,
    env,
    onProgress: live.update,
  };
  const { failures, notebook, seconds } = await runNotebook(path, options);
  live.end();
  for (const { message } of failures) console.log(message);
  console.log(`  after ${seconds.toFixed(0)} s`);
  if (!notebook || failures.some(({ kind }) => kind !== 'claim')) {
    process.exitCode = 1;
    continue;
  }
  const again = claimRows(/** @type {any} */ (notebook));
  runs.push({ name, committed: claimRows(committed), again });
}
const before = readSection('confirmed', 'RESULTS.md');
await writeSection('confirmed', confirmationTable(runs, words, before), 'RESULTS.md');

function understood(/** @type {string} */ text) {
  try {
    return seedsIn(text);
  } catch (error) {
    return refuse(/** @type {Error} */ (error).message);
  }
}
