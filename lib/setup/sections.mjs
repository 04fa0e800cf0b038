import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './house.mjs';

/** A page of the house, README if not said, with `markdown` between `<!-- name -->` and `<!-- /name -->`. */
export async function withSection(
  /** @type {string} */ name,
  /** @type {string} */ markdown,
  page = 'README.md',
) {
  const { format } = await import('prettier');
  const section = new RegExp(`(?<=<!-- ${name} -->\\n)[^]*(?=<!-- /${name} -->)`);
  const text = readFileSync(join(root, page), 'utf8').replace(section, () => `\n${markdown}\n\n`);
  return format(text, { parser: 'markdown' });
}

/** Writes the page with that section. */
export async function writeSection(
  /** @type {string} */ name,
  /** @type {string} */ markdown,
  page = 'README.md',
) {
  writeFileSync(join(root, page), await withSection(name, markdown, page));
}
