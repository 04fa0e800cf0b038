import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findJupyter,
  runNotebook,
  type RunOptions,
  type RunResult,
} from '../../lib/nbconvert-runner/src';
import { notebookOf } from './support';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odd-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs what `change` makes of a notebook of these cells. */
async function run(
  cells: string[],
  change: (notebook: Record<string, unknown>) => unknown = (notebook) => notebook,
  { env, ...options }: RunOptions = {},
): Promise<RunResult> {
  const path = at('odd.ipynb');
  await writeFile(path, JSON.stringify(change({ ...notebookOf({ cells }) })));
  const JUPYTER = findJupyter(__dirname, process.env);
  return runNotebook(path, { cwd: __dirname, timeout: 120, ...options, env: { JUPYTER, ...env } });
}

const messages = ({ failures }: RunResult) => failures.map(({ message }) => message).join('\n');

describe('green, for it is no fault of the notebook', () => {
  const each = (field: object) => (it: Record<string, unknown>) => ({
    ...it,
    cells: (it['cells'] as object[]).map((cell) => ({ ...cell, ...field })),
  });

  it.each<[string, string[], (notebook: Record<string, unknown>) => unknown]>([
    [
      'format 4.4 with ids, as VS Code writes it, fields that no format knows, an empty last cell, as JupyterLab leaves it',
      ['1;', ''],
      (it) => each({ prompt: 7 })({ ...it, nbformat_minor: 4 }),
    ],
    ['cells of one id, and of white space', ['1;', ' \n\t\n', '2;'], each({ id: 'same' })],
  ])('%s', async (_, cells, change) => {
    const result = await run(cells, change);
    expect(messages(result)).toBe('');
    expect(result.passed).toBe(true);
  });

  it("a user's Jupyter configuration, which is not asked", async () => {
    const config = "c.ExecutePreprocessor.timeout = 3\nc.NbConvertApp.log_level = 'DEBUG'\n";
    await mkdir(at('home', '.jupyter'), { recursive: true });
    await mkdir(at('config'));
    await writeFile(at('home', '.jupyter', 'jupyter_nbconvert_config.py'), config);
    await writeFile(at('config', 'jupyter_config.py'), config);
    const result = await run(
      ['await new Promise((resolve) => setTimeout(resolve, 5000));'],
      undefined,
      {
        env: { HOME: at('home'), JUPYTER_CONFIG_PATH: at('config') },
      },
    );
    expect(messages(result)).toBe('');
  });
});

it('the notebook that comes back has the ids, fields and format of the one that went in', async () => {
  const result = await run(['1;', ''], (notebook) => ({
    ...notebook,
    nbformat_minor: 4,
    more: 'kept',
  }));
  expect(result.notebook).toMatchObject({ nbformat_minor: 4, more: 'kept' });
  expect(result.notebook!.cells.map(({ id }) => id)).toEqual(['cell-0', 'cell-1']);
});

describe('a sentence of its own for', () => {
  const withCell = (cell: unknown) => (it: Record<string, unknown>) => ({
    ...it,
    cells: [...(it['cells'] as unknown[]), cell],
  });
  const code = {
    cell_type: 'code',
    metadata: {},
    source: '2;',
    outputs: [],
    execution_count: null,
  };

  it.each<[string, (notebook: Record<string, unknown>) => unknown, string]>([
    [
      'format 3',
      () => ({ nbformat: 3, nbformat_minor: 0, metadata: {}, worksheets: [{ cells: [] }] }),
      'its format is 3, and only format 4 is read. Open it in JupyterLab and save it',
    ],
    [
      'a kernelspec without a name',
      (it) => ({ ...it, metadata: { kernelspec: { display_name: 'TypeScript' } } }),
      'its metadata have a kernelspec without a name',
    ],
    ['a null cell', withCell(null), 'cell 2 is null, not a cell: delete it'],
    [
      'a cell without a source',
      withCell({ ...code, source: undefined }),
      'cell 2 has a source that is no text',
    ],
    [
      'a cell of no known type',
      withCell({ ...code, cell_type: 'heading' }),
      'cell 2 is of the type "heading"',
    ],
    [
      'tags that are none',
      withCell({ ...code, metadata: { tags: 'parameters' } }),
      'cell 2 has tags that are no list',
    ],
    [
      'claims that are none',
      (it) => ({ ...it, metadata: { unrolled: { claims: 'a' } } }),
      'its metadata.unrolled.claims are no list of names',
    ],
    ['a list', () => [], 'it is no JSON object'],
    [
      'half a surrogate pair in the code',
      withCell({ ...code, source: "'\ud83d';" }),
      'cell 2 has half a surrogate pair in its code',
    ],
  ])('%s', async (_, change, words) => {
    const result = await run(['1;'], change);
    expect(messages(result)).toContain(words);
    expect(result.failures).toHaveLength(1);
    expect(messages(result)).not.toContain('Traceback');
  });

  it('half a surrogate pair printed', async () => {
    const result = await run(['1;', "console.log('\\ud83d');"]);
    expect(messages(result)).toContain('cell 2, In [2]: the cell printed half a surrogate pair');
    expect(result.failures).toHaveLength(1);
  });

  it('a missing TMPDIR, in the row of the notebook: the runner does not throw', async () => {
    const { TMPDIR } = process.env;
    process.env['TMPDIR'] = at('nowhere');
    const result = await run(['1;']).finally(() => {
      if (TMPDIR === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = TMPDIR;
    });
    expect(messages(result)).toContain('Set TMPDIR to a folder that can be written to.');
  });

  it('a folder to work in that is not there, which is no fault of Jupyter', async () => {
    const result = await run(['1;'], undefined, { cwd: at('nowhere') });
    expect(messages(result)).toContain(
      `The folder ${at('nowhere')}, where the kernel is to work, is not there.`,
    );
  });

  it('a module in PYTHONPATH that stands before one of Jupyter', async () => {
    await mkdir(at('python'));
    await writeFile(at('python', 'traitlets.py'), "raise ImportError('homework')\n");
    const result = await run(['1;'], undefined, { env: { PYTHONPATH: at('python') } });
    expect(messages(result)).toContain(
      `PYTHONPATH puts ${at('python', 'traitlets.py')} before a module`,
    );
  });

  it('a PYTHONHOME that is none', async () => {
    const result = await run(['1;'], undefined, { env: { PYTHONHOME: at('nowhere') } });
    expect(messages(result)).toContain(`PYTHONHOME=${at('nowhere')} keeps Jupyter's Python`);
  });

  it('a kernel whose Node is gone', async () => {
    const kernel = at('data', 'kernels', 'old');
    await mkdir(kernel, { recursive: true });
    const argv = ['/nvm/v20/bin/node', '{connection_file}'];
    await writeFile(
      join(kernel, 'kernel.json'),
      JSON.stringify({ argv, display_name: 'old', language: 'typescript' }),
    );
    const result = await run(['1;'], undefined, {
      kernel: 'old',
      env: { JUPYTER_PATH: at('data') },
    });
    expect(messages(result)).toContain('the kernel starts /nvm/v20/bin/node, which is not there');
  });

  it('a Jupyter whose Python is gone, as in a checkout that was moved', async () => {
    const jupyter = at('jupyter');
    await writeFile(jupyter, '#!/old/checkout/.venv/bin/python\n', { mode: 0o755 });
    const result = await run(['1;'], undefined, { env: { JUPYTER: jupyter } });
    expect(messages(result)).toContain(
      `${jupyter} does not start: the Python that its first line names is gone.`,
    );
  });
});

it('what the kernel process writes is still found among what nbconvert logs', async () => {
  const result = await run([
    "import { writeSync } from 'fs';\nwriteSync(2, 'native complaint\\n');",
    "throw new Error('stop');",
  ]);
  expect(messages(result)).toContain('native complaint');
  expect(result.failures.map(({ kind }) => kind)).toEqual(['error', 'stderr']);
});
