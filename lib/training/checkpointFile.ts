import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { isRunning } from 'unrolled-machine';

/** A checkpoint that cannot be used or written: the message names the file and the way out. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** What a checkpoint file holds. */
export interface Contents {
  /** Anything that JSON can hold. */
  header: unknown;
  tensors: tf.Tensor[];
}

const magic = 'unrolled-checkpoint-1';

/**
 * Writes a checkpoint: a line with the SHA-256 of all that follows, a line of JSON, the values as
 * `tf.io.encodeWeights` lays them out. It goes to a file of its own beside `file`, to the disk, and
 * only then takes the name, so that `file` is a whole checkpoint whenever the process is killed.
 *
 * @throws CheckpointError when the file cannot be written.
 */
export async function writeCheckpoint(file: string, { header, tensors }: Contents): Promise<void> {
  const named = tensors.map((tensor, i) => ({ name: String(i), tensor }));
  const { data, specs } = await tf.io.encodeWeights(named);
  const head = Buffer.from(`${JSON.stringify({ header, specs })}\n`);
  const values = Buffer.from(data);
  await writeWhole(file, [`${magic} ${digest(head, values)}\n`, head, values]);
}

/**
 * Writes a file of these parts, by way of one beside it.
 *
 * @throws CheckpointError when the file cannot be written.
 */
export async function writeWhole(file: string, parts: (string | Buffer)[]): Promise<void> {
  const partial = `${file}.${here}.${process.pid}.${randomUUID()}.partial`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(partial, 'w');
    try {
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw new CheckpointError(
      `${file} cannot be written: ${(error as Error).message}. Make room there, or choose another folder.`,
    );
  }
}

/**
 * Reads what {@link writeCheckpoint} wrote, to the bit; undefined when there is no such file.
 * The caller disposes the tensors.
 *
 * @throws CheckpointError when the file is damaged or something else than a checkpoint.
 */
export async function readCheckpoint(file: string): Promise<Contents | undefined> {
  const found = await readVerified(file);
  if (!found) return undefined;
  const { header, specs } = found;
  const named = tf.io.decodeWeights(Uint8Array.from(found.values).buffer, specs);
  return { header, tensors: specs.map(({ name }) => named[name]!) };
}

/** What a checkpoint says of itself, once its contents have been found to be what was written. */
export async function readHeader(file: string): Promise<unknown> {
  return (await readVerified(file))?.header;
}

interface Verified {
  header: unknown;
  specs: tf.io.WeightsManifestEntry[];
  values: Buffer;
}

async function readVerified(file: string): Promise<Verified | undefined> {
  await removePartials(file);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new CheckpointError(`${file} cannot be read: ${error.message}. Name another file.`);
  });
  if (!bytes) return undefined;
  const firstLine = bytes.subarray(0, bytes.indexOf('\n')).toString('latin1');
  const [kind, sha256] = firstLine.split(' ');
  if (kind !== magic) {
    throw new CheckpointError(
      `${file} is not a checkpoint of this version. Name another file, or delete this one.`,
    );
  }
  const rest = bytes.subarray(firstLine.length + 1);
  if (digest(rest) !== sha256) {
    throw new CheckpointError(
      `${file} is damaged: its contents have another SHA-256 than its first line says. ` +
        'Delete it to start the run afresh.',
    );
  }
  const headEnd = rest.indexOf('\n') + 1;
  const head = JSON.parse(rest.subarray(0, headEnd).toString()) as Omit<Verified, 'values'>;
  return { ...head, values: rest.subarray(headEnd) };
}

/** This machine, or container, in a file's name. */
const here = hostname().replaceAll(/[^\w-]/g, '_') || 'here';

/** Removes what processes of this machine that were killed while writing have left. */
async function removePartials(file: string): Promise<void> {
  const folder = dirname(file);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${basename(file)}.`)) continue;
    const [, host, pid] =
      /^([\w-]+)\.(\d+)\.[\w-]+\.partial$/.exec(name.slice(basename(file).length + 1)) ?? [];
    if (host === here && !isRunning(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function digest(...parts: Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
