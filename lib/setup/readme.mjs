import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './house.mjs';

/** The part of README between `<!-- name -->` and `<!-- /name -->`. */
export const section = (/** @type {string} */ name) =>
  new RegExp(`(?<=<!-- ${name} -->\\n)[^]*(?=<!-- /${name} -->)`);

/** Puts `markdown` there. */
export async function writeSection(/** @type {string} */ name, /** @type {string} */ markdown) {
  const { format } = await import('prettier');
  const readme = join(root, 'README.md');
  const text = readFileSync(readme, 'utf8').replace(section(name), () => `\n${markdown}\n\n`);
  writeFileSync(readme, await format(text, { parser: 'markdown' }));
}
