import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isOfLarger, readOutcomes, withOutcome } from '../../lib/setup/outcomes.mjs';
import { codeHash, notebookNames, readNotebook, type ClaimRow } from '../../lib/setup/results.mjs';
import { scalesTable } from '../../lib/setup/scalesTable.mjs';
import { withSection } from '../../lib/setup/sections.mjs';

const notebook = (source: string, profile?: string) => {
  const cells = [{ cell_type: 'code', source, metadata: {}, outputs: [] }];
  const plain = { cells, metadata: { unrolled: {} } };
  return { cells, metadata: { unrolled: { profile, code: codeHash(plain) } } };
};

it('a notebook keeps its outcomes under other profiles while its code is the same, and loses them with it', () => {
  const quick = withOutcome({}, 'a', 'quick', notebook('1'));
  const both = withOutcome(quick, 'a', 'desk', notebook('1'));
  expect(Object.keys(both['quick']!)).toEqual(['a']);
  expect(Object.keys(both['desk']!)).toEqual(['a']);
  const other = withOutcome(both, 'b', 'quick', notebook('2'));
  expect(Object.keys(other['desk']!)).toEqual(['a']);
  const changed = withOutcome(other, 'a', 'quick', notebook('3'));
  expect(Object.keys(changed['desk']!)).toEqual([]);
  expect(Object.keys(changed['quick']!)).toEqual(['a', 'b']);
});

it('outputs of a larger profile are not written over by a smaller one, unless they are of other code', () => {
  expect(isOfLarger(notebook('1', 'desk'), 'quick')).toBe(true);
  expect(isOfLarger(notebook('1', 'quick'), 'quick')).toBe(false);
  expect(isOfLarger(notebook('1', 'quick'), 'desk')).toBe(false);
  const stale = notebook('1', 'desk');
  stale.cells[0]!.source = '2';
  expect(isOfLarger(stale, 'quick')).toBe(false);
});

it.each([
  ['✓ holds', '✗ fails', 'turned it round'],
  ['✗ fails', '✓ holds', 'turned it round'],
  ['✗ fails', '✓ holds, as does the control', 'turned it round'],
  ['? undecided', '✓ holds', 'proved it'],
  ['? undecided', '✗ fails', 'refuted it'],
  ['✓ holds', '? undecided', 'left it open'],
  ['✗ fails', '? undecided', 'left it open'],
  ['✓ holds', '✓ holds, as does the control', 'so does the control'],
  ['✓ holds, as does the control', '✓ holds', 'and not the control'],
  ['? undecided', '? undecided', 'as before'],
  ['✓ holds', '✓ holds', 'as before'],
])('a claim that %s under quick and %s under desk: the larger scale %s', (small, large, change) => {
  const of = (verdict: string): ClaimRow[] => [{ id: 'a', claim: 'A', ours: '1', verdict }];
  const outcomes = {
    quick: { '02_x.ipynb': { code: '', rows: of(small) } },
    desk: { '02_x.ipynb': { code: '', rows: of(large) } },
  };
  const row = scalesTable(outcomes).split('\n').at(-1)!;
  expect(row).toBe(
    `| [02](notebooks/02_x.ipynb) | A | 1 | ${small} | 1 | – | – | ${large} | ${change} |`,
  );
});

it.each(notebookNames())('the outcomes of %s are of the code it has', (name) => {
  const code = codeHash(readNotebook(name));
  for (const of of Object.values(readOutcomes())) {
    if (of[name]) expect(of[name].code, `npm run reproduce -- ${name.slice(0, 2)}`).toBe(code);
  }
});

it('RESULTS.md shows what desk decided (npm run reproduce writes it)', async () => {
  const page = readFileSync('RESULTS.md', 'utf8');
  expect(page).toBe(await withSection('scales', scalesTable(), 'RESULTS.md'));
});
