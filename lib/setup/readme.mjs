import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './house.mjs';

const readme = join(root, 'README.md');

/** README with `markdown` between `<!-- name -->` and `<!-- /name -->`. */
export async function withSection(/** @type {string} */ name, /** @type {string} */ markdown) {
  const { format } = await import('prettier');
  const section = new RegExp(`(?<=<!-- ${name} -->\\n)[^]*(?=<!-- /${name} -->)`);
  const text = readFileSync(readme, 'utf8').replace(section, () => `\n${markdown}\n\n`);
  return format(text, { parser: 'markdown' });
}

/** Writes README with that section. */
export async function writeSection(/** @type {string} */ name, /** @type {string} */ markdown) {
  writeFileSync(readme, await withSection(name, markdown));
}
