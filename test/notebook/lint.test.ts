import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lintFile, size, style, types, type Cell } from './lint';

const folder = fileURLToPath(new URL('../../notebooks', import.meta.url));

const code = (source: string, metadata: Record<string, unknown> = {}): Cell => ({
  cell_type: 'code',
  source,
  metadata,
});
const importing = code("import { byProfile } from 'unrolled';");
const parameters = code('const epochs = byProfile({ smoke: 1, quick: 2, paper: 400 });', {
  tags: ['parameters'],
});
const complaints = (cells: Cell[], metadata: Record<string, unknown> = {}) =>
  style({ cells, metadata });
const typeErrors = (...sources: string[]) =>
  types({ cells: sources.map((source) => code(source)), metadata: {} }, process.cwd());

describe('the notebook linter', () => {
  test('has nothing against a notebook that keeps the rules', async () => {
    const cells = [
      { cell_type: 'markdown', source: '# Title', metadata: {} },
      importing,
      parameters,
      code('const half = epochs / 2;\nconst both = { half, epochs: epochs };'),
    ];
    expect(await complaints(cells, { unrolled: { claims: [] } })).toEqual([]);
  });

  test('finds type errors with tslab’s own compiler, across cells, and names the line', async () => {
    expect(await typeErrors('const n = 1;', 'const m = n + 1;\nm.toFixed(n);')).toEqual([]);
    expect(await typeErrors('const n = 1;', 'const m = n + 1;\nconst s: string = m;')).toEqual([
      "cell 2, line 2: Type 'number' is not assignable to type 'string'.",
    ]);
  });

  test('finds a name that only a later cell declares', async () => {
    expect(await typeErrors('const twice = 2 * later;', 'const later = 1;')).toEqual([
      "cell 1, line 1: Cannot find name 'later'.",
    ]);
  });

  test('finds code that prettier would write differently, or can’t read', async () => {
    const [problem] = await complaints([importing, parameters, code('const a = "b"')]);
    expect(problem).toContain("cell 3: prettier would write\nconst a = 'b';");
    const [broken] = await complaints([importing, parameters, code('const = 1;')]);
    expect(broken).toContain('cell 3: ');
  });

  test('finds a shorthand property from an earlier cell, not one from the same cell or scope', async () => {
    const afterParameters = (source: string) => complaints([importing, parameters, code(source)]);
    expect(await afterParameters('const options = { epochs };')).toEqual([
      'cell 3, line 1: { epochs } from an earlier cell is undefined in tslab; write { epochs: epochs }',
    ]);
    expect((await afterParameters('const tool = { byProfile };')).join()).toContain(
      '{ byProfile }',
    );
    expect(await afterParameters('const pair = (epochs: number) => ({ epochs });')).toEqual([]);
    expect(await afterParameters('const two = 2;\nconst options = { two };')).toEqual([]);
  });

  test('finds a shorthand property from a destructuring in an earlier cell', async () => {
    const cells = [importing, parameters, code('const { a, b: c } = f();'), code('g({ a, c });')];
    expect(await complaints(cells)).toHaveLength(2);
  });

  test('finds imports outside the imports cell, and anything else inside it', async () => {
    const second = code("import { profile } from 'unrolled';");
    expect(await complaints([importing, parameters, second])).toEqual([
      'cell 3, line 1: an import outside the imports cell',
    ]);
    const mixed = code(`${importing.source as string}\nconst a = 1;`);
    expect(await complaints([mixed, parameters])).toEqual([
      'cell 1, line 2: the imports cell holds something else',
    ]);
    for (const source of ["const fs = require('fs');", "const fs = await import('fs');"]) {
      expect(await complaints([importing, parameters, code(source)])).toEqual([
        'cell 3, line 1: a module loaded outside the imports cell',
      ]);
    }
  });

  test('finds a missing parameters cell and one that computes', async () => {
    expect(await complaints([importing])).toEqual([
      '0 cells are tagged "parameters" instead of one',
    ]);
    const rows = 'const [a, b] = [2, 3].map((n) => Array.from({ length: n }, (_, i) => i + 1));';
    expect(await complaints([importing, { ...parameters, source: rows }])).toEqual([]);
    const ofOthers = 'const c = others.map((n) => n);';
    for (const source of [
      ...['let n = 1;', 'const now = Date.now();', 'const f = () => 1;', 'f(n);', ofOthers],
    ]) {
      expect(await complaints([importing, { ...parameters, source }])).toEqual([
        'cell 2, line 1: the parameters cell holds constants only',
      ]);
    }
  });

  test('finds a cell of more than 30 lines, not one of 30', async () => {
    const lines = (n: number) =>
      code(Array.from({ length: n }, (_, i) => `const v${i} = ${i};`).join('\n'));
    expect(await complaints([importing, parameters, lines(30)])).toEqual([]);
    expect(await complaints([importing, parameters, lines(31)])).toEqual([
      'cell 3: 31 lines, more than 30',
    ]);
  });

  test('finds metadata that changes with every execution', async () => {
    const timed = { ...importing, metadata: { execution: { 'iopub.status.busy': '2026-01-01' } } };
    expect(await complaints([timed, parameters], { widgets: {} })).toEqual([
      'notebook: metadata "widgets" does not belong in a committed notebook',
      'cell 1: metadata "execution" does not belong in a committed notebook',
    ]);
  });

  test('has nothing against a cell that is folded because it only draws', async () => {
    const folded = code('const two = 2;', { jupyter: { source_hidden: true } });
    expect(await complaints([importing, parameters, folded])).toEqual([]);
  });

  test('finds a file over 800 KB, counted in bytes', () => {
    expect(size('x'.repeat(800_000))).toEqual([]);
    expect(size('é'.repeat(400_001))).toEqual(['the file has 800002 bytes, more than 800000']);
  });
});

test('every notebook keeps the house rules', { timeout: 900_000 }, async () => {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names.filter((name) => name.endsWith('.ipynb'))) {
    expect(await lintFile(join(folder, name)), name).toEqual([]);
  }
});
