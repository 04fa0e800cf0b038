import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ops } from './ops';

test('no op writes to stderr where the processor has no AVX-512, and integers are transposed bit by bit', () => {
  const files = [join('..', '..', 'training', 'runSource.cjs'), 'everyOp.ts'];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    files.map((name) => join(__dirname, name)),
    { env: { ...process.env, ONEDNN_MAX_CPU_ISA: 'AVX2' }, encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const transposed = [1, 2 ** 31 - 1, -2, 0, 3, -(2 ** 31)];
  expect(JSON.parse(stdout)).toEqual([Object.keys(ops).length, ...transposed]);
});
