import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashLibrary } from '../../lib/training/codeVersion';

it('the code version changes with any file that a run goes through, and with no other', () => {
  const library = mkdtempSync(join(tmpdir(), 'unrolled-library-'));
  const put = (file: string, text: string) => {
    mkdirSync(join(library, file, '..'), { recursive: true });
    writeFileSync(join(library, file), text);
    return hashLibrary(library);
  };
  const rooms = ['engine', 'datasets', 'layers', 'networks', 'interventions', 'training'];
  for (const room of rooms) mkdirSync(join(library, room));
  const versions = [
    ...rooms.map((room) => put(`${room}/index.js`, '1')),
    put('engine/ops/index.js', '1'),
    put('engine/ops/index.js', '2'),
    put('engine/ops/other.js', '2'),
  ];
  expect(new Set(versions).size).toBe(versions.length);
  const last = versions.at(-1);
  expect(put('engine/index.d.ts', '3')).toBe(last);
  expect(put('figures/index.js', '3')).toBe(last);
  rmSync(library, { recursive: true });
});
