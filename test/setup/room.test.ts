import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claimRoom } from '../../lib/setup/room.mjs';
import { bareCheckout, call, checkoutWithPackages, temporary } from './checkouts';

it('set-up refuses to start on a disk that is too small, and says how much it takes', () => {
  expect(() => claimRoom('The Python packages', 1.8, 1e9)).toThrow(
    /The Python packages take about 1.8 GB, and the disk of .* has 1.0 GB left\. Make room/,
  );
  expect(() => claimRoom('The Python packages', 1.8, 2e9)).not.toThrow();
});

it.each([
  ['npm', 'npm error code ENOSPC\\nnpm error A complete log of this run can be found in: /log'],
  [
    'pip',
    'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
  ],
  ['a quota', 'write: Disk quota exceeded\\nexit'],
])('a disk that fills up on the way is a sentence, as %s says it', (_, words) => {
  const { status, stderr } = call(
    bareCheckout(),
    `import { explain, run } from './lib/setup/step.mjs';
     await run(process.execPath, ['-e', 'console.error("${words.replaceAll('\\n', '\\\\n')}"); process.exit(1)']).catch(explain);`,
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(/^\nThe disk is full: .* Make room, then run the same command again/);
  expect(stderr).not.toMatch(/^\s+at /m);
});

/** Runs a script in a process that can write no more than 4 KB to a file. */
function withFullDisk(script: string, ...args: string[]) {
  return spawnSync(
    'sh',
    ['-c', 'ulimit -f 8; exec "$0" "$@"', process.execPath, '-e', script, ...args],
    {
      encoding: 'utf8',
    },
  );
}

it.each([
  [
    'a notebook',
    `require('nbconvert-runner').writeNotebook(process.argv[1], { nbformat: 4, nbformat_minor: 5, metadata: { long: 'x'.repeat(1e5) }, cells: [] })`,
  ],
  ['a page of results', `require('unrolled-machine').writeWhole(process.argv[1], 'x'.repeat(1e5))`],
])('%s is left whole by a write that fails', (_, script) => {
  const file = join(temporary(), 'file');
  writeFileSync(file, 'as it was');
  const { status, stderr } = withFullDisk(script, file);
  expect(status).toBe(1);
  expect(stderr).toContain('EFBIG');
  expect(readFileSync(file, 'utf8')).toBe('as it was');
});

it('a log that can not be written stops nothing, and a failure says there is none', () => {
  const checkout = checkoutWithPackages();
  mkdirSync(join(checkout, '.unrolled', 'setup.log'), { recursive: true });
  const { status, stderr } = call(
    checkout,
    `import { startLog } from './lib/setup/log.mjs';
     import { installPackages } from './lib/setup/packages.mjs';
     import { explain, run, SetupError } from './lib/setup/step.mjs';
     startLog();
     await installPackages(() => {});
     await run(process.execPath, ['-e', 'console.log(1)']);
     explain(new SetupError('Something else failed.'));`,
  );
  expect(status).toBe(1);
  expect(stderr).toContain("Something else failed.\nThere is no log, since it can't be written");
  expect(stderr).not.toMatch(/^\s+at /m);
});
