import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './house.mjs';

/** @typedef {{ dependencies: (string | { pip: string[] })[] }} EnvironmentFile */

/** @returns {Promise<EnvironmentFile>} environment.yml */
export async function environmentFile() {
  const { parse } = await import('yaml');
  return parse(readFileSync(join(root, 'environment.yml'), 'utf8'));
}

/**
 * The minor versions of Python 3 that environment.yml takes, which are those that TensorFlow has wheels for,
 * the newest first.
 */
export async function pythonVersions() {
  const { dependencies } = await environmentFile();
  const line = dependencies.find((entry) => typeof entry === 'string' && /^python\b/.test(entry));
  const [, least, beyond] = /^python >=3\.(\d+),<3\.(\d+)$/.exec(String(line)) ?? [];
  const count = Number(beyond) - Number(least);
  return Array.from({ length: count }, (_, i) => Number(beyond) - 1 - i);
}
