import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './house.mjs';
import machine from '../machine/index.cjs';

const between = (/** @type {string} */ name) =>
  new RegExp(`(?<=<!-- ${name} -->\\n)[^]*(?=<!-- /${name} -->)`);

const read = (/** @type {string} */ page) => readFileSync(join(root, page), 'utf8');

/** What stands between `<!-- name -->` and `<!-- /name -->` on a page of the house. */
export const readSection = (/** @type {string} */ name, /** @type {string} */ page) =>
  between(name).exec(read(page))?.[0] ?? '';

/**
 * The page with `markdown` between `<!-- name -->` and `<!-- /name -->`.
 *
 * @param {string} name @param {string} markdown @param {string} page
 */
export async function withSection(name, markdown, page) {
  const { format } = await import('prettier');
  const text = read(page).replace(between(name), () => `\n${markdown}\n\n`);
  return format(text, { parser: 'markdown' });
}

/**
 * Writes the page with that section.
 *
 * @param {string} name @param {string} markdown @param {string} page
 */
export async function writeSection(name, markdown, page) {
  machine.writeWhole(join(root, page), await withSection(name, markdown, page));
}
