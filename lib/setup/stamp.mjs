import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import machine from '../machine/index.cjs';

/** @param {unknown} inputs whatever the result depends on */
export const fingerprint = (inputs) =>
  createHash('sha256').update(JSON.stringify(inputs)).digest('hex');

/** Whether `file` says that this was made from these inputs. */
export const isMadeFrom = (/** @type {string} */ file, /** @type {unknown} */ inputs) =>
  existsSync(file) && readFileSync(file, 'utf8') === fingerprint(inputs);

/** Notes in `file` what this was made from. */
export const noteMadeFrom = (/** @type {string} */ file, /** @type {unknown} */ inputs) =>
  machine.writeWhole(file, fingerprint(inputs));
