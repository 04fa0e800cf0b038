import { spawnSync } from 'node:child_process';
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeWhole } from 'unrolled-machine';
import { temporary } from './checkouts';

it('a reader that has a file open reads on in the old one: it is not truncated in place', () => {
  const file = join(temporary(), 'file');
  writeFileSync(file, 'the old text', { mode: 0o640 });
  const open = openSync(file, 'r');
  writeWhole(file, 'new');
  expect(readFileSync(open, 'utf8')).toBe('the old text');
  closeSync(open);
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).mode & 0o777).toBe(0o640);
});

it('a link stays a link, and what it leads to is written', () => {
  const folder = temporary();
  writeFileSync(join(folder, 'file'), 'old');
  symlinkSync('file', join(folder, 'link'));
  writeWhole(join(folder, 'link'), 'new');
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new');
});

it('what a killed process left is removed, what a running one writes is not', () => {
  const folder = temporary();
  const { pid } = spawnSync(process.execPath, ['--version']);
  const running = `file.${process.pid}-00000000.partial`;
  for (const name of [running, `file.${pid}-00000000.partial`, 'file.partial']) {
    writeFileSync(join(folder, name), '');
  }
  writeWhole(join(folder, 'file'), 'new');
  expect(readdirSync(folder).sort()).toEqual(['file', running, 'file.partial'].sort());
});
