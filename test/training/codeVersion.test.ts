import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { hashCode } from '../../lib/training/codeVersion';

const folder = mkdtempSync(join(tmpdir(), 'unrolled-library-'));
const code = {
  core: join(folder, 'core'),
  library: join(folder, 'library'),
  native: join(folder, 'native'),
};
const used = [
  ...['engine', 'data', 'layers', 'networks'].map((room) => `core/${room}`),
  ...['backends', 'training'].map((room) => `library/${room}`),
];

function put(file: string, text: string): string {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
  return hashCode(code);
}

for (const room of [...used, 'native']) mkdirSync(join(folder, room), { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

it('the code version changes with any file that a run goes through, C++ too', () => {
  const versions = [
    ...used.map((room) => put(`${room}/index.js`, '1')),
    put('core/engine/ops/index.js', '1'),
    put('core/engine/ops/index.js', '2'),
    put('core/engine/ops/other.js', '2'),
    put('native/session.h', '1'),
    put('native/kernels/highway.cc', '1'),
    put('native/kernels/highway.cc', '2'),
  ];
  expect(new Set(versions).size).toBe(versions.length);
});

it.each([
  'core/engine/index.d.ts',
  'core/interventions/sweep.js',
  'core/probes/index.js',
  'library/datasets/load.js',
  'library/figures/index.js',
])('the code version does not change with %s, which no run goes through', (file) => {
  const before = hashCode(code);
  expect(put(file, '3')).toBe(before);
});
