import { join } from 'node:path';
import { runNotebook } from 'nbconvert-runner';
import { describe, expect, it } from 'vitest';
import { notebookNames, notebooksFolder } from '../../lib/setup/results.mjs';

describe('under smoke', () => {
  it.each(notebookNames())(
    '%s runs without an error, every asserted claim holds in direction, and no tensor is left over',
    async (name) => {
      const { failures, notebook, seconds } = await runNotebook(join(notebooksFolder, name), {
        profile: 'smoke',
        timeout: 600,
      });
      expect(failures.map(({ message }) => message).join('\n')).toBe('');
      const lastCell = notebook!.cells.filter((cell) => cell.cell_type === 'code').at(-1);
      expect(JSON.stringify(lastCell)).toContain('tensors: 0 more than at the start');
      console.log(`${name}: ${seconds.toFixed(0)} s`);
    },
    660_000,
  );
});
