import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { create, Parser, replace, type ReadEntry } from 'tar';
import { readHeader, writeWhole } from './checkpointFile';
import type { Header } from './checkpoints';
import { noteUse, runNameOf, runsFolder, usedBy } from './keptRuns';
import { profiles } from './profile';
import type { Provenance } from './provenance';

/** An archive of runs that cannot be made or used: the message names the file and the way out. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** One run of an archive, and what made it. */
export interface PackedRun {
  /** The name of its file. */
  file: string;
  bytes: number;
  sha256: string;
  made: readonly Provenance[];
}

/** What an archive of runs says of itself: its first entry. */
export interface Manifest {
  format: number;
  /** The profile that used the runs. */
  profile: string;
  runs: PackedRun[];
}

const format = 1;
const manifestName = 'unrolled-runs.json';

/**
 * Writes the finished runs that a profile used into one tar file: first a list of them, with the
 * SHA-256 of each file and what made it.
 *
 * @throws ArchiveError when no such run is kept; CheckpointError when one is damaged.
 */
export async function packRuns(profile: string, file: string): Promise<Manifest> {
  const kept = (await usedBy(profile)).filter((name) => existsSync(join(runsFolder(), name)));
  if (kept.length === 0) {
    throw new ArchiveError(
      `No run of the profile ${profile} is kept in ${runsFolder()}. ` +
        `npm run reproduce -- --profile ${profile} makes them.`,
    );
  }
  const runs: PackedRun[] = [];
  for (const name of kept) runs.push(await describeRun(name));
  const manifest: Manifest = { format, profile, runs };
  const folder = await mkdtemp(join(tmpdir(), 'unrolled-pack-'));
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
    await create({ file: partial, cwd: folder, portable: true }, [manifestName]);
    await replace({ file: partial, cwd: runsFolder(), portable: true }, kept);
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
    await rm(folder, { recursive: true });
  }
  return manifest;
}

async function describeRun(name: string): Promise<PackedRun> {
  const path = join(runsFolder(), name);
  const { made } = (await readHeader(path)) as Header;
  const bytes = await readFile(path);
  return {
    ...{ file: name, bytes: bytes.length, sha256: hashOfBytes(bytes) },
    made: made as Provenance[],
  };
}

/**
 * Puts the runs of an archive where notebooks find them. Nothing is put there before all of the
 * archive has been checked; a run that is there already is left as it is.
 *
 * @returns what the archive says of itself, and how many of its runs are new here.
 * @throws ArchiveError when the file is no archive of runs, is damaged, or of a newer version.
 */
export async function unpackRuns(file: string): Promise<{ manifest: Manifest; added: number }> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new ArchiveError(`${file} cannot be read: ${error.message}. Name another file.`);
  });
  const entries = await entriesOf(file, bytes);
  const manifest = manifestOf(file, entries);
  const folder = runsFolder();
  await mkdir(folder, { recursive: true });
  let added = 0;
  for (const run of manifest.runs) {
    const path = join(folder, run.file);
    if (!existsSync(path)) {
      await writeWhole(path, [entries.get(run.file)!]);
      added += 1;
    }
    await noteUse(manifest.profile, run.file);
  }
  return { manifest, added };
}

/** The files of a tar archive by name, in memory. */
async function entriesOf(file: string, bytes: Buffer): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk) => chunks.push(chunk));
      entry.on('end', () => found.set(entry.path, Buffer.concat(chunks)));
    },
  });
  return new Promise((done, fail) => {
    parser.on('error', ({ message }: Error) => fail(damaged(file, message)));
    parser.on('end', () => done(found));
    parser.end(bytes);
  });
}

/** What the archive says of itself, once all it says has been found to be so. */
function manifestOf(file: string, entries: ReadonlyMap<string, Buffer>): Manifest {
  const text = entries.get(manifestName)?.toString();
  if (text === undefined) {
    throw new ArchiveError(
      `${file} is no archive of runs: it has no ${manifestName}. Name one that "npm run runs -- pack" made.`,
    );
  }
  const manifest = JSON.parse(text) as Manifest;
  if (!(manifest.format <= format)) {
    throw new ArchiveError(
      `${file} is an archive of format ${manifest.format}, newer than ${format}, which is the newest ` +
        'that this version reads. Update the project, or ask for an older archive.',
    );
  }
  if (!profiles.includes(manifest.profile)) {
    throw damaged(file, `there is no profile "${manifest.profile}"`);
  }
  for (const { file: name, sha256 } of manifest.runs) {
    const bytes = entries.get(name);
    if (runNameOf(name)?.kind !== 'run' || basename(name) !== name) {
      throw damaged(file, `"${name}" is no name of a run`);
    }
    if (!bytes) throw damaged(file, `it lacks ${name}, which its list has`);
    if (hashOfBytes(bytes) !== sha256)
      throw damaged(file, `${name} has another SHA-256 than its list says`);
  }
  return manifest;
}

function damaged(file: string, problem: string): ArchiveError {
  return new ArchiveError(`${file} is damaged: ${problem}. Nothing was unpacked; get it anew.`);
}

function hashOfBytes(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
