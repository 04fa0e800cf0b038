import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const rooms = ['engine', 'datasets', 'layers', 'networks', 'interventions', 'training'];

/**
 * SHA-256 of the files in `library` that a training run goes through: the compiled ones, or the
 * sources, but no declarations. Any change to one of them is another version, a comment too.
 */
export function hashLibrary(library: string): string {
  const hash = createHash('sha256');
  for (const room of rooms) {
    const files = readdirSync(join(library, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?<!\.d)\.[jt]s$/.test(name))
      .sort();
    for (const name of files) {
      hash.update(`${room}/${name}\0`).update(readFileSync(join(library, room, name)));
    }
  }
  return hash.digest('hex');
}

/** The version of the library that was loaded, whatever its files become meanwhile. */
export const codeVersion = hashLibrary(join(__dirname, '..'));
