import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findJupyter,
  runNotebook,
  type Progress,
  type RunResult,
} from '../../lib/nbconvert-runner/src';
import { cases, type Case } from './cases';
import { notebookOf, twoAtOnce } from './support';

let folder: string;
let jupyter: string;
let results: Map<string, RunResult>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner test '));
  jupyter = findJupyter(__dirname, process.env);
  results = new Map(
    await twoAtOnce(Object.entries(cases), async ([name, { options, ...given }]) => {
      const path = await saved(name, given);
      return [name, await run(path, options)] as const;
    }),
  );
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function saved(name: string, given: Omit<Case, 'options'>): Promise<string> {
  const path = join(folder, `${name}.ipynb`);
  await writeFile(path, JSON.stringify(notebookOf(given)));
  return path;
}

function run(path: string, options: Case['options'] = {}): Promise<RunResult> {
  const env = { JUPYTER: jupyter, FOLDER: folder, ...options.env };
  return runNotebook(path, { cwd: __dirname, timeout: 300, ...options, env });
}

/** The messages of a case, and that it is red for nothing but `kinds`. */
function failuresOf(name: string, ...kinds: string[]): string {
  const result = results.get(name)!;
  const messages = result.failures.map(({ message }) => message).join('\n');
  expect(result.passed, messages).toBe(false);
  expect([...new Set(result.failures.map(({ kind }) => kind))], messages).toEqual(kinds);
  expect(messages).toContain(`${name}.ipynb`);
  expect(messages).not.toContain('Traceback');
  expect(messages).not.toContain('\u001b');
  return messages;
}

describe('a good notebook', () => {
  const good = () => results.get('good')!;

  it('passes', () => {
    expect(good().failures).toEqual([]);
    expect(good().passed).toBe(true);
  });

  it('tells while it runs which cell that is and the last line that it shows', async () => {
    const cells = [
      "console.log('a word');",
      "console.log('first line\\nhalf way');\nawait new Promise((done) => setTimeout(done, 2000));",
    ];
    const path = await saved('watched', { cells });
    const seen: Progress[] = [];
    await run(path, { onProgress: (progress) => void seen.push(progress) });
    expect(seen.map(({ shows }) => shows)).toContain('half way');
    expect(seen.find(({ shows }) => shows === 'half way')).toMatchObject({ cell: 2, cells: 2 });
  });

  it('gets the profile, works in the folder it is told, and sees no trace of the account', () => {
    expect(good().cells[0]!.outputs[0]!.text).toBe(
      `smoke ${__dirname} --no-deprecation undefined undefined\n`,
    );
  });

  it('is returned executed, as JupyterLab would save it: counts, whole streams, no times, no extra cell', () => {
    const { cells } = good().notebook!;
    expect(cells).toHaveLength(cases['good']!.cells.length);
    expect(cells.map(({ execution_count }) => execution_count)).toEqual([1, undefined, 2, 3]);
    expect(cells.every(({ metadata }) => metadata.execution === undefined)).toBe(true);
    expect(cells[2]!.outputs![0]).toEqual({
      output_type: 'stream',
      name: 'stdout',
      text: ['one\n', 'two\n'],
    });
    expect(cells[2]!.outputs![1]!.data).toEqual({ 'text/plain': ['second\n', 'line'] });
    expect(JSON.stringify(good().notebook)).not.toContain('old output');
  });

  it('has its claims, and a time for every cell', () => {
    expect(good().claims).toEqual([expect.objectContaining({ id: 'a', passed: true })]);
    expect(good().cells.map(({ cell }) => cell)).toEqual([1, 3, 4]);
    expect(good().cells[1]!.seconds).toBeGreaterThan(0.1);
    expect(good().seconds).toBeGreaterThan(good().cells[1]!.seconds!);
  });

  it('stays good with a claim that is shown only and does not hold', () => {
    const { passed, claims } = results.get('shownClaim')!;
    expect(passed).toBe(true);
    expect(claims).toEqual([expect.objectContaining({ verdict: 'fails', asserted: false })]);
  });

  it('loses no request that comes while the sockets of its kernel bind', () => {
    const { failures, cells } = results.get('slowSocket')!;
    expect(failures).toEqual([]);
    expect(cells[0]!.outputs[0]!.text).toBe('answered\n');
  });

  it('loses nothing of thousands of lines printed at once', () => {
    const { failures, cells } = results.get('wholeBurst')!;
    expect(failures).toEqual([]);
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`);
    expect(cells[0]!.outputs.map(({ text }) => text).join('')).toBe(lines.join(''));
  });

  it('is not changed on disk', async () => {
    const now = JSON.parse(await readFile(join(folder, 'good.ipynb'), 'utf8')) as unknown;
    expect(now).toEqual(notebookOf(cases['good']!));
  });
});

describe('never green', () => {
  it('for a throw: names cell, line and words, also those of an earlier cell', () => {
    const message = failuresOf('throw', 'error');
    expect(message).toContain('throw.ipynb, cell 3, In [2], line 3: the cell failed.');
    expect(message).toContain('> total += positive(2 - i);');
    expect(message).toContain('RangeError: not positive: -1');
    expect(message).toContain('positive (In [1]:4)');
    expect(message).not.toContain('account.cjs');
    expect(results.get('throw')!.cells.map(({ executionCount }) => executionCount)).toEqual([
      1,
      2,
      undefined,
    ]);
  });

  it('for a throw in a cell that says it raises an exception', () => {
    expect(failuresOf('tagged', 'error')).toContain('Error: as announced');
  });

  it('for a type error: names its line', () => {
    const message = failuresOf('type', 'error');
    expect(message).toContain('cell 1, In [1], line 2: the cell failed.');
    expect(message).toContain("> const epochs: number = 'ten';");
    expect(message).toContain("Type 'string' is not assignable to type 'number'.");
  });

  it('for a rejection that nobody awaits, between cells and after the last', () => {
    const message = failuresOf('rejection', 'rejection');
    expect(message).toContain('cell 1, In [1], line 2: a promise was rejected');
    expect(message).toContain('Error: nobody listens');
    expect(message).toContain('cell 2, In [2], line 1: a promise was rejected');
    expect(message).toContain('Error: after the last cell');
  });

  it('for a throw in a timer while another cell runs: names the cell that set the timer', () => {
    const message = failuresOf('timer', 'exception');
    expect(message).toContain('cell 1, In [1], line 1: an error was thrown');
    expect(message).toContain('Error: too late');
  });

  it('for a throw in a timer after the last cell', () => {
    const message = failuresOf('lateTimer', 'exception');
    expect(message).toContain('cell 1, In [1], line 1: an error was thrown');
    expect(message).toContain('Error: much too late');
  });

  it('for a timer that outlives the notebook, whatever it does then', () => {
    expect(failuresOf('interval', 'left running')).toContain('a timer was still running');
  });

  it('for text on stderr, without its colours', () => {
    const message = failuresOf('stderr', 'stderr');
    expect(message).toContain('cell 1, In [1]: text on stderr.\n  careful\n  twice');
  });

  it('for text that goes past the notebook, to the streams of the process', () => {
    const message = failuresOf('native', 'stderr', 'lost output');
    expect(message).toContain('native complaint');
    expect(message).toContain('native print');
  });

  it('for a code cell that was skipped, although it has a count and outputs of an earlier run', () => {
    const message = failuresOf('skipped', 'not executed');
    expect(message).toContain('cell 1: the code cell was not executed (its tags: skip-execution)');
    expect(message).toContain("> console.log('skipped');");
  });

  it('for a killed kernel', () => {
    const message = failuresOf('killed', 'kernel');
    expect(message).toContain('cell 2, In [2]: the kernel died while this cell ran.');
    expect(message).toContain("> process.kill(process.pid, 'SIGKILL');");
  });

  it('for a kernel that leaves by itself, with success', () => {
    const message = failuresOf('exits', 'kernel');
    expect(message).toContain('cell 1, In [1]: the kernel died');
    expect(message).toContain('exit code 0');
  });

  it('for a hang in a cell, whose kernel and children it kills', () => {
    const message = failuresOf('hang', 'timeout');
    expect(message).toContain('cell 2, In [2]: the cell was not done after 5 s');
    expect(message).toContain('> for (;;) {}');
    for (const pid of readFileSync(join(folder, 'pids'), 'utf8').split(' ')) {
      expect(isAlive(Number(pid)), `process ${pid}`).toBe(false);
    }
  });

  it('for a notebook that is not done in time', () => {
    expect(failuresOf('slow', 'timeout')).toContain('the notebook was not done after 2 s');
  });

  it('for printed lines that were lost', () => {
    const message = failuresOf('burst', 'lost output');
    expect(message).toMatch(/cell 1, In \[1\]: of 5000 lines printed \d+ arrived/);
    expect(message).toMatch(/the first lost is "line \d+"/);
  });

  it('for the lost update of a display', () => {
    const message = failuresOf('updates', 'lost output');
    expect(message).toContain('its last update was lost');
  });

  it('for output that comes after its cell has ended', () => {
    const message = failuresOf('lateOutput', 'lost output');
    expect(message).toContain('the first lost is "nobody sees this"');
    expect(message).toContain('Output came after its cell had ended');
  });

  it('for a claim that failed: says what was expected and measured', () => {
    const message = failuresOf('failedClaim', 'claim');
    expect(message).toContain('cell 1, In [1]: the claim "a" failed: gates are sparse');
    expect(message).toContain('expected below 0.5; measured 0.7 [0.6, 0.8], n = 3');
  });

  it('for a claim that failed and says that it is asserted', () => {
    expect(failuresOf('assertedClaim', 'claim')).toContain('the claim "a" failed');
  });

  it('for a claim that was not made, not for one beside it that is shown only', () => {
    const message = failuresOf('notShownClaim', 'claim');
    expect(message).toContain('the claim "b" is listed in metadata.unrolled.claims and was not');
    expect(message).not.toContain('"a"');
  });

  it('for a claim that was expected and not made, and one made and not listed', () => {
    const message = failuresOf('otherClaim', 'claim');
    expect(message).toContain('the claim "b" is listed in metadata.unrolled.claims and was not');
    expect(message).toContain('the claim "a" was made and is not listed');
  });

  it('for a record that does not say whether the claim passed', () => {
    expect(failuresOf('oddClaim', 'claim')).toContain('without id or passed');
  });

  it('for a kernel that is not installed: names those that are', () => {
    const message = failuresOf('noKernel', 'kernel');
    expect(message).toContain('There is no kernel "no-such-kernel".');
    expect(message).toMatch(/Those installed for .*: .*tslab/);
  });

  it('for a kernel that keeps no account', () => {
    expect(failuresOf('python', 'kernel')).toContain('"python3" gave no account');
  });

  it('for no jupyter: says where it looked', async () => {
    const path = await saved('noJupyter', { cells: [] });
    const env = { JUPYTER: undefined, CONDA_PREFIX: undefined, PATH: '' };
    const { passed, failures } = await run(path, { env });
    expect(passed).toBe(false);
    expect(failures[0]!.message).toMatch(/^noJupyter\.ipynb: No jupyter: JUPYTER is not set/);
    expect(failures[0]!.message).toContain(`no .venv from ${folder} upwards`);
  });

  it('for a jupyter without nbconvert: repeats its last words', async () => {
    const path = await saved('noNbconvert', { cells: [] });
    const jupyter = join(folder, 'jupyter');
    const script = '#!/bin/sh\necho "Jupyter command jupyter-nbconvert not found." >&2\nexit 1\n';
    await writeFile(jupyter, script, { mode: 0o755 });
    const { failures } = await run(path, { env: { JUPYTER: jupyter } });
    expect(failures.map(({ message }) => message).join()).toContain('jupyter-nbconvert not found.');
  });

  it('for a nbconvert that says all is well and writes nothing', async () => {
    const path = await saved('liar', { cells: [] });
    const jupyter = join(folder, 'liar');
    await writeFile(jupyter, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const { failures } = await run(path, { env: { JUPYTER: jupyter } });
    expect(failures[0]!.message).toContain('wrote no executed notebook (exit code 0)');
  });

  it('for a file that is missing or not a notebook', async () => {
    const path = join(folder, 'page.ipynb');
    await writeFile(path, '<html>');
    expect((await run(path)).failures[0]!.message).toContain('is not a notebook');
    const missing = await run(join(folder, 'missing.ipynb'));
    expect(missing.failures[0]!.message).toContain('missing.ipynb: no such file.');
    await mkdir(join(folder, 'folder.ipynb'));
    expect((await run(join(folder, 'folder.ipynb'))).passed).toBe(false);
  });

  it('for a run that was aborted', async () => {
    const path = await saved('aborted', { cells: ['await new Promise(() => {});'] });
    const { failures } = await run(path, { signal: AbortSignal.timeout(500) });
    expect(failures.map(({ kind }) => kind)).toEqual(['aborted']);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return (
      !existsSync('/proc') || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    );
  } catch {
    return false;
  }
}
