import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * To be counted up by a change of code after which the same run ends in other weights by more than
 * rounding, as a mended gradient or another draw would make it: kept runs of the number before are
 * then trained anew.
 */
export const resultsVersion = 1;

/** Where the code is that a training run goes through. */
export interface Code {
  /** The core as it was loaded: compiled, or the sources. */
  core: string;
  /** The library as it was loaded. */
  library: string;
  /** The folder of the C++ sources. */
  native: string;
}

/**
 * SHA-256 of the files that a training run goes through: the compiled ones, or the sources, but no
 * declarations, and the C++ sources. Any change to one of them is another version, a comment too.
 */
export function hashCode({ core, library, native }: Code): string {
  const hash = createHash('sha256');
  const add = (folder: string, kind: RegExp) => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => kind.test(name))
      .sort();
    for (const name of files) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  };
  for (const room of ['engine', 'data', 'layers', 'networks']) add(join(core, room), script);
  for (const room of ['backends', 'training']) add(join(library, room), script);
  add(native, /\.(cc|h)$/);
  return hash.digest('hex');
}

const script = /(?<!\.d)\.[jt]s$/;
const { resolve } = createRequire(__filename);
const inDist = __filename.endsWith('.js') ? 'dist' : '.';

/** The version of the code that was loaded, whatever its files become meanwhile. */
export const codeVersion = hashCode({
  core: join(dirname(resolve('unrolled-core/package.json')), inDist),
  library: join(__dirname, '..'),
  native: join(dirname(resolve('unrolled/package.json')), 'backends', 'native'),
});
