import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const temporary = () => realpathSync(mkdtempSync(join(tmpdir(), 'unrolled-setup-')));

/** A checkout with nothing but the set-up in it. */
export function bareCheckout(): string {
  const folder = temporary();
  for (const name of ['lib/setup', 'lib/machine', 'environment.yml', 'package-lock.json']) {
    cpSync(name, join(folder, name), { recursive: true });
  }
  return folder;
}

/** One with the npm packages of this checkout. */
export function checkoutWithPackages(): string {
  const folder = bareCheckout();
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/**
 * A folder with programs that pass for Pythons of these minor versions, which make environments of
 * themselves and install whatever they are asked to: `python3.12`, say, or `python3` by another name.
 */
export function fakePythons(pythons: Record<string, number>): string {
  const folder = temporary();
  for (const [name, minor] of Object.entries(pythons)) {
    const text = `#!/bin/sh
PATH=/usr/bin:/bin
case "$*" in
*ensurepip*) echo ${minor} ;;
"-m venv "*) mkdir -p "$3/bin" && ln -s "$0" "$3/bin/python" ;;
*"pip install"*) [ -z "$FULL" ] || { echo "OSError: [Errno 28] No space left on device"; echo done; exit 1; } ;;
*) echo "$(readlink -f "$0") 3.${minor}" ;;
esac
`;
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
  return folder;
}

/** Runs lines of a module in a checkout. */
export function call(checkout: string, lines: string, env: NodeJS.ProcessEnv = {}) {
  const { args, options } = command(checkout, lines, env);
  return spawnSync(process.execPath, args, options);
}

/** The same, without waiting; what it printed. */
export function start(checkout: string, lines: string, env: NodeJS.ProcessEnv = {}) {
  const { args, options } = command(checkout, lines, env);
  const child = spawn(process.execPath, args, options);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise<string>((resolve) => child.on('close', () => resolve(output)));
}

function command(checkout: string, lines: string, env: NodeJS.ProcessEnv) {
  return {
    args: ['--input-type=module', '-e', lines],
    options: {
      cwd: checkout,
      env: { ...process.env, CONDA_PREFIX: '', PYTHON: '', ...env },
      encoding: 'utf8' as const,
    },
  };
}

/** What makes the Python environment. */
export const installPython = `
import { installPython } from './lib/setup/python.mjs';
import { explain } from './lib/setup/step.mjs';
console.log(await installPython(() => {}).catch(explain));
`;
