import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalogue, PublishedSet } from './catalogue';
import { parseCifar, readArchive } from './cifar';
import type { LoadProgress } from './download';
import { DataError } from './errors';
import { parseIdx, type Samples } from './idx';
import { obtain } from './obtain';

/** The two parts of a data set. */
export type SplitName = 'train' | 'test';

/** Where published files come from, and what is accepted. */
export interface Origin {
  /** The data folder. */
  folder: string;
  /** All sets. */
  catalogue: Catalogue;
  /** Accept files that are not the published ones. */
  unverified: boolean;
  onProgress: (progress: LoadProgress) => void;
}

/** Files by name, and whether all of them are the published ones. */
interface Contents {
  files: Map<string, Buffer>;
  verified: boolean;
}

/**
 * Reads splits of a published set from the folder called `name` in the data folder, or from the
 * data folder itself; downloads what is in neither.
 *
 * @throws DataError when a file cannot be had, is not the published one, or is damaged.
 */
export async function readPublished(
  name: string,
  set: PublishedSet,
  splits: SplitName[],
  origin: Origin,
): Promise<{ samples: Samples[]; verified: boolean }> {
  const members = splits.flatMap((split) => set.members[split]);
  const folders = [join(origin.folder, name), origin.folder];
  const { files, verified } =
    set.format === 'idx'
      ? await readFiles(set, members, folders, origin)
      : await readRecords(set, members, folders, origin);
  const samples = splits.map((split) => {
    const parsed = parse(set, set.members[split], files);
    const count = parsed.labels.length;
    if (verified && count !== set.samples[split]) {
      const names = set.members[split].join(', ');
      const expected = `where the catalogue says ${set.samples[split]}`;
      throw new DataError(`${names}: ${count} images, ${expected}.`);
    }
    return parsed;
  });
  return { samples, verified };
}

async function readFiles(
  set: PublishedSet,
  members: string[],
  folders: string[],
  origin: Origin,
): Promise<Contents> {
  const contents: Contents = { files: new Map(), verified: true };
  for (const file of set.files.filter(({ name }) => members.includes(name))) {
    const { bytes, verified } = await obtain(file, { ...origin, folders });
    contents.files.set(file.name, bytes);
    contents.verified &&= verified;
  }
  return contents;
}

async function readRecords(
  set: PublishedSet,
  members: string[],
  folders: string[],
  origin: Origin,
): Promise<Contents> {
  const archive = set.files[0]!;
  const unpacked = folders.flatMap((folder) => members.map((member) => join(folder, member)));
  const first = unpacked.find(existsSync);
  if (first && !folders.some((folder) => existsSync(join(folder, archive.name)))) {
    if (origin.unverified) return readUnpacked(members, folders);
    throw new DataError(
      `${first} cannot be checked: the catalogue has the SHA-256 of ${archive.name} only. ` +
        `Put that file into ${folders[1]}, or pass { unverified: true } to use the unpacked files.`,
    );
  }
  const { bytes, verified } = await obtain(archive, { ...origin, folders });
  return { files: await readArchive(archive.name, bytes, members), verified };
}

/** The members that are there; an unpacked set may be incomplete. */
async function readUnpacked(members: string[], folders: string[]): Promise<Contents> {
  const files = new Map<string, Buffer>();
  for (const member of members) {
    const path = folders.map((folder) => join(folder, member)).find(existsSync);
    if (path) files.set(member, await readFile(path));
  }
  return { files, verified: false };
}

function parse(set: PublishedSet, members: string[], files: Map<string, Buffer>): Samples {
  const { format, shape, classes } = set;
  const present = members.filter((member) => files.has(member));
  if (present.length === 0) {
    throw new DataError(`None of the files ${members.join(', ')} is there.`);
  }
  const named = present.map((name) => ({ name, bytes: files.get(name)! }));
  if (format === 'idx') return parseIdx(named[0]!, named[1]!, shape, classes.length);
  const parts = named.map(({ name, bytes }) => parseCifar(name, bytes, format));
  return {
    pixels: Buffer.concat(parts.map(({ pixels }) => pixels)),
    labels: Buffer.concat(parts.map(({ labels }) => labels)),
  };
}
