import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findJupyter, runNotebook } from 'nbconvert-runner';
import { describe, expect, it } from 'vitest';
import { claimRows } from '../../lib/setup/results.mjs';
import { confirmationTable, hasSeeds, seedsIn, withSeeds } from '../../lib/setup/seeds.mjs';

const code = (source: string, tags: string[] = []) => ({
  cell_type: 'code',
  source,
  metadata: { tags },
  outputs: [],
  execution_count: null,
});
const tiny = {
  cells: [
    code("import { byProfile, claim, closingTable } from 'unrolled';"),
    code('const seeds = byProfile({ smoke: [1, 2], quick: [1, 2, 3], paper: [1] });', [
      'parameters',
    ]),
    code(`const made = claim({
  id: 'large',
  statement: 'Seeds are large',
  quantity: 'seed',
  expect: { above: 5 },
  values: seeds.map((seed) => seed),
  control: { name: 'their reverse', values: seeds.map((seed) => -seed) },
});
closingTable([{ claim: 'large', paper: 'never said' }]);`),
  ],
  metadata: {
    kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' },
    unrolled: { claims: ['large'] },
  },
  nbformat: 4,
  nbformat_minor: 4,
};

it('a notebook takes the seeds it is told in place of its own, in every cell', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'confirm-'));
  const path = join(folder, 'tiny.ipynb');
  await writeFile(path, JSON.stringify({ ...tiny, ...withSeeds(tiny, [11, 12, 13]) }));
  const { failures, notebook } = await runNotebook(path, {
    profile: 'quick',
    cwd: 'notebooks',
    env: { JUPYTER: findJupyter(resolve('notebooks'), process.env) },
  });
  expect(failures.map(({ message }) => message)).toEqual([]);
  const [row] = claimRows(notebook as typeof tiny);
  expect(row).toMatchObject({ claim: 'Seeds are large', verdict: '✓ holds' });
  expect(row!.ours).toBe('12.0 [9.5, 14.5], n = 3');
});

it('a notebook without seeds among its parameters is left out, and none is put into it', () => {
  const without = {
    ...tiny,
    cells: [code('const n = 1;', ['parameters']), code('const seeds = 2;')],
  };
  expect(hasSeeds(tiny)).toBe(true);
  expect(hasSeeds(without)).toBe(false);
  expect(() => withSeeds(without, [1])).toThrow('has no "const seeds"');
});

it('seeds are read from a range or a list, and nothing else', () => {
  expect(seedsIn('11-14')).toEqual([11, 12, 13, 14]);
  expect(seedsIn('3,5,8')).toEqual([3, 5, 8]);
  for (const words of ['eleven', '20-11', '1.5', '']) {
    expect(() => seedsIn(words), words).toThrow('names no seeds');
  }
});

describe('the table of both', () => {
  const row = { claim: 'Gates are shut', ours: '0.1', verdict: '✓ holds' };
  const again = [{ ...row, ours: '0.2', verdict: '? undecided', chosenAfter: true }];

  it('has each claim on its first seeds and on the others', () => {
    const runs = [{ name: '01_gates.ipynb', committed: [row], again }];
    expect(confirmationTable(runs, '11-20', '').split('\n').at(-1)).toBe(
      '| [01](notebooks/01_gates.ipynb) | Gates are shut † | 0.1 | ✓ holds | 0.2 | ? undecided |',
    );
  });

  it('keeps the rows of notebooks that were not run this time, and replaces those of the others', () => {
    const run = (name: string) => [{ name, committed: [row], again }];
    const second = confirmationTable(run('02_lesions.ipynb'), '11-20', '');
    const both = confirmationTable(run('01_gates.ipynb'), '11-20', second);
    const twice = confirmationTable(run('01_gates.ipynb'), '11-20', both);
    expect(twice).toBe(both);
    expect(both.split('\n').map((line) => line.slice(0, 6))).toEqual([
      '| note',
      '| --- ',
      '| [01]',
      '| [02]',
    ]);
  });
});
