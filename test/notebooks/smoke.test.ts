import { join } from 'node:path';
import { runNotebook } from 'nbconvert-runner';
import { describe, expect, it } from 'vitest';
import { notebookNames, notebooksFolder } from '../../lib/setup/results.mjs';

describe('under smoke', () => {
  it.each(notebookNames())(
    '%s runs without an error and every asserted claim holds in direction',
    async (name) => {
      const { failures, seconds } = await runNotebook(join(notebooksFolder, name), {
        profile: 'smoke',
        timeout: 600,
      });
      expect(failures.map(({ message }) => message).join('\n')).toBe('');
      console.log(`${name}: ${seconds.toFixed(0)} s`);
    },
    660_000,
  );
});
