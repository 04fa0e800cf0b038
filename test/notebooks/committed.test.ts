import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  codeHash,
  notebookNames,
  notebooksFolder,
  readNotebook,
  resultsTable,
} from '../../lib/setup/results.mjs';
import { withSection } from '../../lib/setup/sections.mjs';

describe.each(notebookNames())('%s as committed', (name) => {
  it('shows outputs of the code it holds (npm run reproduce executes it)', () => {
    const notebook = readNotebook(name);
    expect(notebook.metadata.unrolled?.code).toBe(codeHash(notebook));
  });

  it('names no folder of the machine it was executed on', () => {
    const text = readFileSync(join(notebooksFolder, name), 'utf8');
    expect(text.match(/\/(home|Users|root|tmp|var|work)\/[\w.-]+/g)).toBeNull();
  });
});

it('README shows the results that the notebooks hold (npm run reproduce writes them)', async () => {
  const readme = readFileSync('README.md', 'utf8');
  expect(readme).toBe(await withSection('results', resultsTable()));
});
