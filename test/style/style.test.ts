import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

function complaints(tool: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...args], {
    encoding: 'utf8',
  });
  return status === 0 ? '' : stdout + stderr;
}

describe('the source', () => {
  it('is formatted (npm run format does it)', () => {
    expect(complaints('node_modules/prettier/bin/prettier.cjs', '--check', '.')).toBe('');
  });

  it('has nothing the linter objects to, and no room imports from one above it', () => {
    expect(complaints('node_modules/eslint/bin/eslint.js', '.')).toBe('');
  });

  it('type-checks: library, tests and set-up', () => {
    expect(complaints('node_modules/typescript/bin/tsc', '--noEmit', '-p', '.')).toBe('');
  });

  it('makes a reference without a warning: each link leads somewhere, each type in it is exported', () => {
    expect(complaints('lib/setup/docs.mjs')).toBe('');
  });
});
