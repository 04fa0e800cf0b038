import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { logFile, scratch } from './house.mjs';

let problem = '';

/** Empties the log. A checkout that can't be written to has none, which is no reason to stop. */
export const startLog = () => attempt(() => writeFileSync(logFile, ''));

export const log = (/** @type {string | Uint8Array} */ text) =>
  attempt(() => appendFileSync(logFile, text));

/** Where the whole story is, or why it is nowhere. */
export const whereLogged = () =>
  problem
    ? `There is no log, since it can't be written: ${problem}.`
    : `The whole story is in ${relative(process.cwd(), logFile)}.`;

function attempt(/** @type {() => void} */ write) {
  if (problem) return;
  try {
    mkdirSync(scratch, { recursive: true });
    write();
  } catch (error) {
    problem = /** @type {Error} */ (error).message;
  }
}
