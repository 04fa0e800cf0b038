import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call, checkoutWithPackages, fakePythons, installPython, temporary } from './checkouts';

const pythons = { 'python3.12': 12 };

function install(checkout: string, env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = call(checkout, installPython, {
    PATH: fakePythons(pythons),
    ...env,
  });
  expect(stderr).not.toMatch(/^\s+at /m);
  return { status, said: stdout + stderr };
}

describe('a .venv that set-up did not make', () => {
  it('stays as it is when it is a folder that somebody else made', () => {
    const checkout = checkoutWithPackages();
    mkdirSync(join(checkout, '.venv'));
    writeFileSync(join(checkout, '.venv', 'thesis.txt'), 'three years');
    const { status, said } = install(checkout);
    expect(status).toBe(1);
    expect(said).toContain('was not made by set-up');
    expect(said).toContain('Move it away');
    expect(readFileSync(join(checkout, '.venv', 'thesis.txt'), 'utf8')).toBe('three years');
  });

  it('stays as it is when it is a link, even to an environment that set-up made elsewhere', () => {
    const other = checkoutWithPackages();
    expect(install(other).status).toBe(0);
    const checkout = checkoutWithPackages();
    symlinkSync(join(other, '.venv'), join(checkout, '.venv'));
    const { status, said } = install(checkout);
    expect(status).toBe(1);
    expect(said).toContain('is a link');
    expect(existsSync(join(other, '.venv', 'bin', 'python'))).toBe(true);
  });

  it('stays as it is when it is a file', () => {
    const checkout = checkoutWithPackages();
    writeFileSync(join(checkout, '.venv'), 'mine');
    expect(install(checkout).status).toBe(1);
    expect(readFileSync(join(checkout, '.venv'), 'utf8')).toBe('mine');
  });
});

it('npm does not empty a folder that node_modules is a link to', () => {
  const checkout = checkoutWithPackages();
  rmSync(join(checkout, 'node_modules'));
  const packages = temporary();
  writeFileSync(join(packages, 'mine'), '');
  symlinkSync(packages, join(checkout, 'node_modules'));
  const npm = join(checkout, 'npm.cjs');
  writeFileSync(npm, `require('node:fs').rmSync(${JSON.stringify(join(packages, 'mine'))})`);
  const lines = `
import { installPackages } from './lib/setup/packages.mjs';
import { explain } from './lib/setup/step.mjs';
await installPackages(() => {}).catch(explain);`;
  const { status, stderr } = call(checkout, lines, { npm_execpath: npm });
  expect(status).toBe(1);
  expect(stderr).toContain('is a link, and npm would empty the folder it leads to');
  expect(existsSync(join(packages, 'mine'))).toBe(true);
});

describe('a .venv that set-up made', () => {
  it('is kept as it is when nothing changed', () => {
    const checkout = checkoutWithPackages();
    const PATH = fakePythons(pythons);
    expect(install(checkout, { PATH }).said).toContain('installed in .venv');
    writeFileSync(join(checkout, '.venv', 'extra'), '');
    expect(install(checkout, { PATH }).said).toContain('nothing to do');
    expect(existsSync(join(checkout, '.venv', 'extra'))).toBe(true);
  });

  it('is made anew when the checkout was moved, since its programs name its old place', () => {
    const checkout = checkoutWithPackages();
    const PATH = fakePythons(pythons);
    expect(install(checkout, { PATH }).status).toBe(0);
    const moved = join(temporary(), 'moved');
    renameSync(checkout, moved);
    writeFileSync(join(moved, '.venv', 'old'), '');
    expect(install(moved, { PATH }).said).toContain('installed in .venv');
    expect(existsSync(join(moved, '.venv', 'old'))).toBe(false);
  });

  it('is made anew when the Python it was made from is gone', () => {
    const checkout = checkoutWithPackages();
    const PATH = fakePythons(pythons);
    expect(install(checkout, { PATH }).status).toBe(0);
    rmSync(join(PATH, 'python3.12'));
    expect(install(checkout).said).toContain('installed in .venv');
  });

  it('is made anew after a set-up that was interrupted before it was done', () => {
    const checkout = checkoutWithPackages();
    const full = install(checkout, { FULL: '1' });
    expect(full.status).toBe(1);
    expect(full.said).toContain('The disk is full');
    expect(full.said).toContain('run the same command again');
    expect(install(checkout).said).toContain('installed in .venv');
  });
});

describe('the Python that .venv is made from', () => {
  it.each([
    [
      'one that TensorFlow has a wheel for, though python3 is newer',
      { python3: 14, 'python3.12': 12, 'python3.11': 11 },
      12,
    ],
    ['the nearest to those where TensorFlow has a wheel for none', { python3: 14, python: 15 }, 14],
    ['python3 where that is the one', { python3: 13, 'python3.10': 10 }, 13],
  ])('is %s', (_, pythons, minor) => {
    const checkout = checkoutWithPackages();
    const { said } = install(checkout, { PATH: fakePythons(pythons) });
    expect(said).toContain('installed in .venv');
    const { stdout } = call(
      checkout,
      `
import { execFileSync } from 'node:child_process';
console.log(execFileSync('.venv/bin/python', ['ensurepip'], { encoding: 'utf8' }));`,
    );
    expect(Number(stdout)).toBe(minor);
  });
});
