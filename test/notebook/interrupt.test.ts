import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { notebooksFolder } from '../../lib/setup/results.mjs';
import { environment, variables } from '../../lib/setup/python.mjs';

it('an interrupted cell that trains stops training, and runs again', () => {
  const env = environment();
  const { stdout, stderr } = spawnSync(
    env.python,
    [join(__dirname, 'interrupt.py'), notebooksFolder],
    {
      env: variables(env),
      encoding: 'utf8',
    },
  );
  const counts = stdout.match(/\d+/g)?.map(Number) ?? [];
  expect(counts, stderr).toHaveLength(4);
  const [first, later, again, muchLater] = counts;
  expect(first).toBeGreaterThan(5);
  expect(later).toBe(first);
  expect(again).toBeGreaterThan(first! + 5);
  expect(muchLater).toBe(again);
});
