import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findJupyter } from '../../lib/nbconvert-runner/src';
import { main } from '../../lib/nbconvert-runner/src/cli';
import { cases } from './cases';
import { notebookOf } from './support';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-'));
  vi.stubEnv('JUPYTER', findJupyter(__dirname, process.env));
  for (const name of ['good', 'shownClaim', 'alikeClaim', 'failedClaim']) {
    await writeFile(at(`${name}.ipynb`), JSON.stringify(notebookOf(cases[name]!)));
  }
  const modules = join(__dirname, '..', '..', 'node_modules');
  await symlink(modules, at('node_modules'), 'junction');
  await mkdir(at('other'));
  await writeFile(at('other/good.ipynb'), '<html>');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the command line and returns what it wrote, on a terminal or not. */
async function cli(args: string[], isTTY = false) {
  const written = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written[name] += chunk.toString();
        done();
      },
    });
  const out = Object.assign(into('out'), { isTTY, columns: 200 }) as unknown as NodeJS.WriteStream;
  const code = await main(args, out, into('err'));
  return { code, ...written };
}

describe('notebooks', () => {
  it('are run one by one, with a line each, the failures, a table, and exit code 1', async () => {
    const output = at('executed');
    const paths = ['good', 'shownClaim', 'alikeClaim', 'failedClaim'].map((name) =>
      at(`${name}.ipynb`),
    );
    const { code, out } = await cli([...paths, '--profile', 'smoke', '--output', output]);
    expect(code).toBe(1);
    expect(out).toMatch(/good\.ipynb \.\.\. passed after \d+\.\d s\n/);
    expect(out).toMatch(
      /failedClaim\.ipynb \.\.\. FAILED after \d+\.\d s\n\n {2}failedClaim\.ipynb, cell 1/,
    );
    expect(out).toContain('no evidence: the claim "a" holds, as does its control (untrained)\n');
    expect(out).not.toContain('\r');
    const table = out.slice(out.indexOf('notebook  '));
    expect(table).toMatch(/good\.ipynb +\d+\.\d +1 of 1 +passed$/m);
    expect(table).toMatch(/shownClaim\.ipynb +\d+\.\d +0 of 1, 1 not asserted +passed$/m);
    expect(table).toMatch(/alikeClaim\.ipynb +\d+\.\d +1 of 1, 1 as does the control +passed$/m);
    expect(table).toMatch(/failedClaim\.ipynb +\d+\.\d +0 of 1 +FAILED: claim$/m);
    expect((await readdir(output)).sort()).toEqual(
      ['alikeClaim', 'failedClaim', 'good', 'shownClaim'].map((name) => `${name}.ipynb`),
    );
    expect(await readFile(join(output, 'good.ipynb'), 'utf8')).toContain('smoke');
  });

  it('that cannot be read fail without stopping the others; a terminal shows progress live', async () => {
    const args = [at('other/good.ipynb'), at('good.ipynb'), '--timeout', '1'];
    const { code, out } = await cli(args, true);
    const lines = out.split('\r\u001b[K');
    expect(code).toBe(1);
    expect(out).toContain('good.ipynb is not a notebook');
    expect(lines).toContain(`${at('good.ipynb')} ... starting the kernel, 0 s`);
    expect(lines.at(-1)).toMatch(/good\.ipynb \.\.\. FAILED after \d+\.\d s\n/);
    expect(out).toContain('good.ipynb: the notebook was not done after 1 s');
  });
});

describe('usage', () => {
  it('is shown on request', async () => {
    const { code, out } = await cli(['--help']);
    expect(code).toBe(0);
    for (const option of ['--profile', '--timeout', '--output']) expect(out).toContain(option);
  });

  it.each([
    [[], 'No notebook was named.'],
    [['missing.ipynb'], 'No such file: missing.ipynb'],
    [['--speed', '9'], "Unknown option '--speed'"],
    [['GOOD', '--timeout', 'soon'], '--timeout needs a positive number of seconds, not "soon".'],
    [
      ['GOOD', '--cell-timeout', '0'],
      '--cell-timeout needs a positive number of seconds, not "0".',
    ],
    [['GOOD', '--output', 'FOLDER/good.ipynb'], 'EEXIST'],
    [['GOOD', '--output', 'FOLDER'], 'would overwrite'],
    [['GOOD', 'FOLDER/other/good.ipynb', '--output', 'out'], 'two notebooks are called good.ipynb'],
  ])('refuses %j', async (args, message) => {
    const given = args.map((arg) =>
      arg.replace('GOOD', at('good.ipynb')).replace('FOLDER', folder),
    );
    const { code, err } = await cli(given);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain('--help');
  });
});
