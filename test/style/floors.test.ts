import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const linter = new ESLint();

/** What the linter says about the house in a file of `text` at `path`. */
async function said(path: string, text: string): Promise<string[]> {
  const [result] = await linter.lintText(text, { filePath: path });
  return result!.messages.filter(({ ruleId }) => ruleId === 'house/floors').map((m) => m.message);
}

describe('the linter finds', () => {
  it.each([
    ['an import from above', 'core/layers/block.ts', "export * from '../probes';"],
    [
      'one of a type',
      'core/layers/block.ts',
      "import type { Network } from '../networks/network';",
    ],
    [
      'one from a nested folder',
      'core/engine/ops/dense.ts',
      "import { Block } from '../../layers';",
    ],
    ['a dynamic one', 'core/engine/random.ts', "await import('../layers');"],
    ['a type behind import()', 'core/engine/random.ts', "type B = import('../layers').Block;"],
    ['a require', 'datasets/load.ts', "require('../notebook');"],
    ['a require.resolve', 'datasets/load.ts', "require.resolve('../notebook');"],
    ['compiled code', 'core/engine/random.ts', "import { Block } from '../dist/layers';"],
    ['compiled code of a package', 'training/fit.ts', "import 'unrolled-core/dist/probes';"],
    ['the index', 'core/engine/random.ts', "import { Block } from '..';"],
    ['a path into the core', 'training/fit.ts', "import { Block } from '../core/layers';"],
    ['the package itself', 'training/fit.ts', "import { show } from 'unrolled';"],
    ['the core itself', 'core/engine/random.ts', "import { Block } from 'unrolled-core';"],
    ['Node in the core', 'core/engine/random.ts', "import { readFileSync } from 'node:fs';"],
  ])('%s', async (_, file, text) => {
    expect(await said(`lib/${file}`, text)).toHaveLength(1);
  });

  it.each([
    ['a room below', 'core/layers/block.ts', "import { Stream } from '../engine';"],
    ['a file of the room', 'core/layers/block.ts', "import { affine } from './affine';"],
    ['the core', 'training/fit.ts', "import { Stream } from 'unrolled-core';"],
    [
      'the inside of the core',
      'training/fit.ts',
      "import { engine } from 'unrolled-core/internal';",
    ],
  ])('nothing against %s', async (_, file, text) => {
    expect(await said(`lib/${file}`, text)).toEqual([]);
  });
});
