import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  codeHash,
  notebookNames,
  notebooksFolder,
  readNotebook,
} from '../../lib/setup/results.mjs';
import { resultsTable } from '../../lib/setup/resultsTable.mjs';
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

it('RESULTS.md shows the results that the notebooks hold (npm run reproduce writes them)', async () => {
  const page = readFileSync('RESULTS.md', 'utf8');
  expect(page).toBe(await withSection('results', await resultsTable(), 'RESULTS.md'));
});
