import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { environment } from '../../lib/setup/python.mjs';
import { requirements, withCuda } from '../../lib/setup/requirements.mjs';
import { isMadeFrom, noteMadeFrom } from '../../lib/setup/stamp.mjs';
import { bareCheckout, checkoutWithPackages, temporary } from './checkouts';

function setUp(checkout: string, env: NodeJS.ProcessEnv) {
  const script = join(checkout, 'lib', 'setup', 'setup.mjs');
  return spawnSync(process.execPath, [script], {
    cwd: checkout,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
}

describe('a failing step', () => {
  it('ends with one sentence, the way out and a log when npm fails, never a stack trace', () => {
    const checkout = bareCheckout();
    const npm = join(checkout, 'npm.cjs');
    writeFileSync(npm, 'console.error("getaddrinfo ENOTFOUND"); process.exit(1)');
    const { status, stderr } = setUp(checkout, { npm_execpath: npm });
    expect(status).toBe(1);
    expect(stderr).toContain(
      'npm could not install the packages: getaddrinfo ENOTFOUND. Check the network',
    );
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readFileSync(join(checkout, '.unrolled', 'setup.log'), 'utf8')).toContain('ENOTFOUND');
  });

  it('names the Python that was asked for when it is none', () => {
    const checkout = checkoutWithPackages();
    const { status, stderr } = setUp(checkout, { PYTHON: 'no-such-python', CONDA_PREFIX: '' });
    expect(status).toBe(1);
    expect(stderr).toContain('PYTHON=no-such-python is no Python 3.10 or newer.');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('the Python environment', () => {
  it('is the active conda environment only when that was made from environment.yml', () => {
    const prefix = temporary();
    vi.stubEnv('CONDA_PREFIX', prefix);
    vi.stubEnv('CONDA_DEFAULT_ENV', 'unrolled');
    expect(environment()).toMatchObject({ kind: 'venv' });
    mkdirSync(join(prefix, 'bin'));
    writeFileSync(join(prefix, 'bin', 'jupyter-lab'), '');
    expect(environment()).toMatchObject({ kind: 'venv' });
    const extensions = join(prefix, 'share', 'jupyter', 'labextensions');
    mkdirSync(join(extensions, 'jupyterlab-plotly'), { recursive: true });
    expect(environment()).toMatchObject({ kind: 'conda', prefix });
    vi.stubEnv('CONDA_DEFAULT_ENV', 'base');
    expect(environment()).toMatchObject({ kind: 'venv' });
    vi.unstubAllEnvs();
  });

  it('holds exactly one TensorFlow on each platform that has its C library, none on Windows', async () => {
    const { tensorflow } = await requirements();
    const platforms = [
      ['Linux', 'x86_64', 1],
      ['Linux', 'aarch64', 1],
      ['Darwin', 'arm64', 1],
      ['Windows', 'AMD64', 0],
    ] as const;
    const script = `
import json, sys
from pip._vendor.packaging.requirements import Requirement
lines, system, machine = json.load(sys.stdin)
environment = {"platform_system": system, "platform_machine": machine}
print(sum(Requirement(line).marker.evaluate(environment) for line in lines))
`;
    for (const [system, machine, count] of platforms) {
      const { stdout, stderr } = spawnSync(environment().python, ['-c', script], {
        input: JSON.stringify([tensorflow, system, machine]),
        encoding: 'utf8',
      });
      expect(Number(stdout), `${system} ${machine}: ${stderr}`).toBe(count);
    }
  });

  it('asks for the CUDA build of the same version where there is an NVIDIA GPU', () => {
    expect(withCuda('tensorflow-cpu ==2.21.0; platform_system == "Linux"')).toBe(
      'tensorflow[and-cuda] ==2.21.0; platform_system == "Linux"',
    );
  });
});

describe('a stamp', () => {
  it('is void when what the result was made from changed, or nothing was made yet', () => {
    const file = join(temporary(), 'stamp');
    expect(isMadeFrom(file, ['a'])).toBe(false);
    noteMadeFrom(file, ['a']);
    expect(isMadeFrom(file, ['a'])).toBe(true);
    expect(isMadeFrom(file, ['b'])).toBe(false);
  });
});
