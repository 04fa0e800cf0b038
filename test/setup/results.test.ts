import { expect, it } from 'vitest';
import { claimRows } from '../../lib/setup/results.mjs';
import { withHolm } from '../../lib/setup/resultsTable.mjs';

const claimType = 'application/vnd.unrolled.claim+json';
const shown = (data: Record<string, unknown>) => ({
  cells: [{ cell_type: 'code', source: '', metadata: {}, outputs: [{ data }] }],
  metadata: {},
});

it('a p-value of 0.01 proves nothing where five claims were made: Holm by hand', async () => {
  const rows = [0.01, 0.04, 0.03, 0.005, 1].map((p) => ({ claim: '', p }));
  // (m - i + 1) p of the i-th smallest, never less than the one before: 0.025, 0.04, 0.09, 0.09, 1
  const holm = (await withHolm(rows)).map((row) => row.holm);
  expect(holm).toEqual([0.04, 0.09, 0.09, 0.025, 1].map((p) => expect.closeTo(p, 12) as number));
});

it('a claim without a p-value is not counted among those tested', async () => {
  const rows = await withHolm([{ claim: 'a', p: 0.02 }, { claim: 'b' }]);
  expect(rows.map(({ holm }) => holm)).toEqual([0.02, undefined]);
  expect(await withHolm([{ claim: 'b' }])).toEqual([{ claim: 'b' }]);
});

it('a row of the closing table finds its claim’s p-value, though a bar in its words is escaped', () => {
  const { cells, metadata } = shown({
    'text/markdown': [
      '| claim | paper | ours: mean [95 % interval], seeds | verdict |',
      '| --- | --- | --- | --- |',
      '| mean \\|T\\| is small | Figure 2 | 0.1 | ✓ holds |',
    ],
  });
  const record = { statement: 'mean |T| is small', p: 0.01, data: 'digits', chosenAfter: true };
  const claim = shown({ [claimType]: record }).cells;
  const text = cells[0]!.outputs[0]!.data as Record<string, string[]>;
  text['text/markdown'] = [text['text/markdown']!.join('\n')];
  expect(claimRows({ cells: [...claim, ...cells], metadata })).toEqual([
    {
      claim: 'mean \\|T\\| is small',
      paper: 'Figure 2',
      ours: '0.1',
      verdict: '✓ holds',
      p: 0.01,
      data: 'digits',
      chosenAfter: true,
    },
  ]);
});
