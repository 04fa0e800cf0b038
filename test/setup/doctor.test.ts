import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { call, checkoutWithPackages, fakePythons, installPython, temporary } from './checkouts';

const programs = fakePythons({ 'python3.12': 12 });

/** A checkout that is set up, with a Python that passes for one. */
function setUpCheckout(PATH = programs): string {
  const checkout = checkoutWithPackages();
  cpSync('data', join(checkout, 'data'), {
    recursive: true,
    filter: (name) => !name.includes('cache'),
  });
  expect(call(checkout, installPython, { PATH }).status).toBe(0);
  writeFileSync(join(checkout, '.venv', 'bin', 'jupyter-lab'), '#!/bin/sh\necho 4.6.0\n', {
    mode: 0o755,
  });
  const kernel = call(
    checkout,
    `
import { registerKernel } from './lib/setup/jupyter.mjs';
await registerKernel();`,
    { PATH },
  );
  expect(kernel.status, kernel.stderr).toBe(0);
  return checkout;
}

function doctor(checkout: string, env: NodeJS.ProcessEnv = {}) {
  const script = join(checkout, 'lib', 'setup', 'doctor.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [script], {
    cwd: checkout,
    env: { ...process.env, CONDA_PREFIX: '', PATH: programs, ...env },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout;
}

it('finds nothing wrong with what set-up has made', () => {
  const said = doctor(setUpCheckout());
  expect(said).toContain('[ok]      Python: ');
  expect(said).toContain('[ok]      Jupyter: JupyterLab 4.6.0');
  expect(said).toContain('[ok]      kernel: tslab of this checkout');
});

it('sees that the checkout was moved, and advises what helps', () => {
  const moved = join(temporary(), 'moved');
  renameSync(setUpCheckout(), moved);
  const said = doctor(moved);
  expect(said).toContain('[missing] Jupyter: run "npm run setup"');
  expect(said).toContain('[missing] kernel: run "npm run setup"');
  const { stdout } = call(moved, installPython, { PATH: programs });
  expect(stdout).toContain('installed in .venv');
});

it('sees that the Python is gone that the environment was made from', () => {
  const PATH = fakePythons({ 'python3.12': 12 });
  const checkout = setUpCheckout(PATH);
  rmSync(join(PATH, 'python3.12'));
  expect(doctor(checkout)).toMatch(/\[missing\] Python: .*npm run setup/);
});

it('sees that the Node is gone that the kernel starts in', () => {
  const checkout = setUpCheckout();
  const file = join(checkout, '.venv', 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');
  const argv = ['/nvm/v20/bin/node'];
  writeFileSync(file, JSON.stringify({ argv }));
  expect(doctor(checkout)).toContain('[missing] kernel: run "npm run setup"');
});

it("looks into .venv, as the runner does, while conda's base is active", () => {
  const checkout = setUpCheckout();
  const base = temporary();
  mkdirSync(join(base, 'bin'));
  mkdirSync(join(base, 'share', 'jupyter', 'labextensions', 'jupyterlab-plotly'), {
    recursive: true,
  });
  writeFileSync(join(base, 'bin', 'jupyter-lab'), '', { mode: 0o755 });
  const said = doctor(checkout, { CONDA_PREFIX: base, CONDA_DEFAULT_ENV: 'base' });
  expect(said).toMatch(/\[ok\] {6}Python: .*\(venv\)/);
  expect(said).toContain('JupyterLab 4.6.0');
});

it('names the compiler first, where there is none and the addon is not built', () => {
  const checkout = setUpCheckout();
  rmSync(join(checkout, 'node_modules'));
  const said = doctor(checkout, { CXX: '' });
  expect(said).toContain('[missing] compiler: install g++ or clang++');
  expect(said).toContain(
    '[missing] native addon: install g++ or clang++, then run "npm run setup"',
  );
});

it('promises no download to who has no network', () => {
  const empty = temporary();
  expect(doctor(setUpCheckout(), { UNROLLED_DATA: empty })).toContain(
    `${empty} is empty; notebooks fetch what they need, and without a network run on generated data`,
  );
});

it('finds the data where the notebooks look for it', () => {
  const checkout = setUpCheckout();
  mkdirSync(join(checkout, 'elsewhere', 'mnist'), { recursive: true });
  expect(doctor(checkout, { UNROLLED_DATA: 'elsewhere' })).toContain('elsewhere: mnist');
});

it.skipIf(process.getuid?.() === 0)('sees that the checkout can not be written to', () => {
  const checkout = setUpCheckout();
  spawnSync('chmod', ['a-w', checkout]);
  expect(doctor(checkout)).toContain("can't be written to, by set-up either: copy it");
});
