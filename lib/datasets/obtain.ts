import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Catalogue, CatalogueFile } from './catalogue';
import { download, mismatch, type LoadProgress } from './download';
import { DataError } from './errors';

/** Where files are looked for, and what is accepted. */
export interface Search {
  /** The set's own folder, then the data folder, which sets share. */
  folders: string[];
  /** Accept a file that is not the published one. */
  unverified: boolean;
  onProgress: (progress: LoadProgress) => void;
  /** All sets, to tell whose a file is. */
  catalogue: Catalogue;
}

/** A file that is there, and why it is not the published one, if it is not. */
interface Found {
  path: string;
  bytes: Buffer;
  problem: string | undefined;
}

/**
 * The bytes of `file`, checked: from a folder that holds it, under its name or one that it has elsewhere,
 * compressed or not, or downloaded into the first folder. A file of another set is passed over. With
 * `unverified` a file that is there is taken as it is.
 *
 * @throws DataError when the file is not the one in the catalogue, or cannot be had.
 */
export async function obtain(
  file: CatalogueFile,
  { folders, unverified, onProgress, catalogue }: Search,
): Promise<{ bytes: Buffer; verified: boolean }> {
  const target = join(folders[0]!, file.name);
  const paths = folders.flatMap((folder) => namesOf(file.name).map((name) => join(folder, name)));
  const others: Found[] = [];
  for (const path of paths.filter(existsSync)) {
    const bytes = await readFile(path);
    const problem = mismatch(bytes, file);
    if (!problem || hasContents(bytes, file)) return { bytes, verified: true };
    others.push({ path, bytes, problem });
  }
  const isForeign = ({ bytes }: Found) => ownerOf(bytes, catalogue) !== undefined;
  const foreign = others.find((found) => found.path === target && isForeign(found));
  if (foreign) throw new DataError(misplaced(foreign, dirname(folders[0]!), catalogue));
  const odd = others.find((found) => !isForeign(found));
  if (odd && unverified) return { bytes: odd.bytes, verified: false };
  if (odd) throw new DataError(doubtful(odd, file, folders[0]!));
  await download(file, target, onProgress);
  return { bytes: await readFile(target), verified: true };
}

/** The names under which a file is found: with a dot, as some mirrors have it, and decompressed. */
export function namesOf(name: string): string[] {
  const names = [name, name.replace(/-(idx\d-ubyte)/, '.$1')];
  const plain = names.map((each) => each.replace(/\.gz$/, ''));
  return [...new Set([...names, ...plain])];
}

/** Whether bytes hold, compressed or not, what the published file holds. */
function hasContents(bytes: Buffer, { contents }: CatalogueFile): boolean {
  if (!contents) return false;
  const inside = decompressed(bytes);
  return inside.length === contents.bytes && sha256(inside) === contents.sha256;
}

function decompressed(bytes: Buffer): Buffer {
  try {
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  } catch {
    return bytes;
  }
}

/** The set that these bytes are the published file of. */
function ownerOf(bytes: Buffer, catalogue: Catalogue): string | undefined {
  const sets = Object.entries(catalogue).flatMap(([name, set]) =>
    'files' in set ? set.files.map((file) => ({ name, file })) : [],
  );
  return sets.find(({ file }) => !mismatch(bytes, file) || hasContents(bytes, file))?.name;
}

function misplaced({ path, bytes }: Found, folder: string, catalogue: Catalogue): string {
  const owner = ownerOf(bytes, catalogue)!;
  return `${path} is the file of that name of ${owner}. Move it to ${join(folder, owner)}, and this one is downloaded.`;
}

function doubtful({ path, problem }: Found, file: CatalogueFile, folder: string): string {
  const use = 'or pass { unverified: true } to use it as it is';
  if (path.endsWith(file.name)) {
    return `${path} is not the published file: ${problem}. Delete it to have it downloaded again, ${use}.`;
  }
  return (
    `${path} cannot be checked: the catalogue has the SHA-256 of ${file.name} only. ` +
    `Put that file into ${folder}, move this one away to have it downloaded, ${use}.`
  );
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
