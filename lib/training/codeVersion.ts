import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const rooms = ['engine', 'datasets', 'layers', 'networks', 'interventions', 'training'];

let version: string | undefined;

/**
 * SHA-256 of the files of the library that a training run goes through, as loaded: the compiled ones
 * in a notebook. Any change to one of them is another version, a comment too.
 */
export function codeVersion(): string {
  version ??= hashOf(rooms.flatMap((room) => codeIn(join(__dirname, '..', room))));
  return version;
}

function codeIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.d)\.[jt]s$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function hashOf(files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
