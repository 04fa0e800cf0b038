import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findJupyter } from '../../lib/nbconvert-runner/src';
import type { Run } from '../../lib/nbconvert-runner/src/account';
import { lost } from '../../lib/nbconvert-runner/src/lost';
import { readNotebook, writeNotebook, type Output } from '../../lib/nbconvert-runner/src/notebook';
import { sourceLine } from '../../lib/nbconvert-runner/src/words';

function runOf(part: Partial<Run>): Run {
  return { number: 1, code: '', start: 0, outputs: [], errors: [], late: 0, ...part };
}

describe('findJupyter', () => {
  let folder: string;
  const inEnvironment = (...parts: string[]) =>
    process.platform === 'win32'
      ? join(folder, ...parts, 'Scripts', 'jupyter.exe')
      : join(folder, ...parts, 'bin', 'jupyter');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jupyter-'));
    for (const path of [inEnvironment('conda'), inEnvironment('.venv'), inEnvironment('path')]) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '');
      await chmod(path, 0o755);
    }
    await mkdir(join(folder, 'project', 'notebooks'), { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('prefers JUPYTER, then a conda environment that has what is needed, then the nearest .venv, then PATH', async () => {
    const notebooks = join(folder, 'project', 'notebooks');
    const all = {
      JUPYTER: inEnvironment('path'),
      CONDA_PREFIX: join(folder, 'conda'),
      PATH: dirname(inEnvironment('path')),
    };
    expect(findJupyter(notebooks, all)).toBe(all.JUPYTER);
    const without = { ...all, JUPYTER: '' };
    expect(findJupyter(notebooks, without)).toBe(inEnvironment('.venv'));
    const conda = join(folder, 'conda');
    await mkdir(join(conda, 'share/jupyter/labextensions/jupyterlab-plotly'), { recursive: true });
    await writeFile(inEnvironment('conda').replace(/jupyter(?=[^/]*$)/, 'jupyter-lab'), '');
    expect(findJupyter(notebooks, without)).toBe(inEnvironment('conda'));
    const base = { ...without, CONDA_DEFAULT_ENV: 'base' };
    expect(findJupyter(notebooks, base)).toBe(inEnvironment('.venv'));
    expect(findJupyter(notebooks, { PATH: all.PATH })).toBe(inEnvironment('.venv'));
    expect(findJupyter(tmpdir(), { PATH: all.PATH })).toBe(inEnvironment('path'));
  });

  it('does not fall back when JUPYTER is wrong', () => {
    const env = { JUPYTER: folder, CONDA_PREFIX: join(folder, 'conda') };
    expect(() => findJupyter(folder, env)).toThrow(`JUPYTER=${folder} is not a program`);
  });
});

describe('sourceLine', () => {
  const run = runOf({
    code: 'interface A { b: number }\n\nconst f = (a: A): number =>\n  a.b as number;\nlet total: number = 0;\ntotal += f({ b: 1 });',
    compiled:
      '(function(exports, require) { let f;\nconst f = (a) => a.b;\nexports.f = f;\nlet total = 0;\nexports.total = total += exports.f({ b: 1 });',
  });

  it('finds the line although types and blank lines are gone', () => {
    expect(sourceLine(run, 2)).toBe(3);
    expect(sourceLine(run, 4)).toBe(5);
    expect(sourceLine(run, 5)).toBe(6);
  });

  it('names no line rather than a wrong one', () => {
    expect(sourceLine(run, 99)).toBeUndefined();
    expect(
      sourceLine(runOf({ code: 'f();', compiled: 'Object.defineProperty(x)' }), 1),
    ).toBeUndefined();
  });
});

describe('lost', () => {
  const stream = (name: string, text: string | string[]): Output => ({
    output_type: 'stream',
    name,
    text,
  });
  const display = (data: Record<string, unknown>): Output => ({
    output_type: 'display_data',
    data,
  });

  it('sees no loss in what nbformat merely stores otherwise', () => {
    const sent = [
      stream('stdout', 'a\n'),
      stream('stderr', 'apart'),
      stream('stdout', 'b'),
      display({ 'text/plain': 'x\ny', 'application/json': { b: [1, 2], a: -0 } }),
    ];
    const arrived = [
      stream('stdout', ['a\n', 'b']),
      display({ 'application/json': { a: 0, b: [1, 2] }, 'text/plain': ['x\n', 'y'] }),
    ];
    expect(lost(runOf({ outputs: sent }), arrived)).toBeUndefined();
  });

  it('sees a hole in the middle, a missing display and a changed one', () => {
    const outputs = [stream('stdout', 'a\nb\nc\n'), display({ 'text/plain': '1' })];
    const loss = (...arrived: Output[]) => lost(runOf({ outputs }), arrived);
    expect(loss(stream('stdout', 'a\nc\n'), outputs[1]!)).toContain('the first lost is "b"');
    expect(loss(outputs[0]!)).toContain('of 1 outputs displayed 0 arrived');
    expect(loss(outputs[0]!, display({ 'text/plain': '0' }))).toContain('last update');
  });
});

describe('writeNotebook', () => {
  it('keeps every value, and puts what outputs hold as JSON in one line each', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'notebook-'));
    const path = join(folder, 'a.ipynb');
    const figure = { data: [{ x: [1, 2, 3] }], layout: { title: 'a "$&" title' } };
    const outputs = [
      { output_type: 'display_data', metadata: {}, data: { 'application/vnd.a+json': figure } },
    ];
    const cell = { cell_type: 'code', id: 'a', metadata: {}, source: 'x\u0000', outputs };
    const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    writeNotebook(path, notebook);
    expect(await readNotebook(path)).toEqual(notebook);
    const text = await readFile(path, 'utf8');
    expect(text).toContain(`"application/vnd.a+json": ${JSON.stringify(figure)}\n`);
    expect(text.endsWith('}\n')).toBe(true);
    await rm(folder, { recursive: true });
  });
});
