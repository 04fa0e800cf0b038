import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { profiles } from './chosen.mjs';
import { claimRows, codeHash, notebooksFolder } from './results.mjs';
import machine from '../machine/index.cjs';

/** @typedef {import('./results.mjs').Notebook} Notebook */
/** @typedef {import('./results.mjs').ClaimRow} ClaimRow */

/**
 * What the claims of each notebook came to under each profile, and of which code that is.
 *
 * @typedef {Record<string, Record<string, { code: string, rows: ClaimRow[] }>>} Outcomes
 */

export const outcomesFile = join(notebooksFolder, 'outcomes.json');

/** @returns {Outcomes} by profile, then by the notebook's file name */
export const readOutcomes = () =>
  existsSync(outcomesFile) ? JSON.parse(readFileSync(outcomesFile, 'utf8')) : {};

export function writeOutcomes(/** @type {Outcomes} */ outcomes) {
  machine.writeWhole(outcomesFile, `${JSON.stringify(outcomes, undefined, 1)}\n`);
}

/**
 * The outcomes with those of a notebook that was executed under a profile; those of other code that it
 * had before, under whatever profile, are left out.
 *
 * @param {Outcomes} outcomes @param {string} name @param {string} profile @param {Notebook} notebook
 * @returns {Outcomes}
 */
export function withOutcome(outcomes, name, profile, notebook) {
  const code = codeHash(notebook);
  const known = profiles.map((each) => {
    const all = Object.entries({
      ...outcomes[each],
      ...(each === profile && { [name]: { code, rows: claimRows(notebook) } }),
    });
    const current = all.filter(([of, outcome]) => of !== name || outcome.code === code);
    return [each, Object.fromEntries(current.sort(([a], [b]) => (a < b ? -1 : 1)))];
  });
  return Object.fromEntries(known);
}

/** Whether a notebook has the outputs of a larger profile than this, made by the code it has. */
export function isOfLarger(/** @type {Notebook} */ notebook, /** @type {string} */ profile) {
  const { code, profile: shown = profile } = notebook.metadata.unrolled ?? {};
  return code === codeHash(notebook) && profiles.indexOf(shown) > profiles.indexOf(profile);
}
