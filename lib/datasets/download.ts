import { createHash, randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { isRunning } from 'unrolled-machine';
import type { CatalogueFile } from './catalogue';
import { DataError, isWebPage } from './errors';

/** How far long work has come. */
export interface LoadProgress {
  /** What is being done, for the reader. */
  task: string;
  done: number;
  total: number;
}

/** A connection that brings no data for so long is given up. */
const STALL_MS = 30_000;

/** Pause before the mirrors are tried once more. */
const RETRY_MS = 500;

/** A mirror that serves something else than the file: there is no point in asking it again. */
class WrongFile extends Error {}

/** What is wrong with `bytes` as the contents of `file`, if anything is. */
export function mismatch(bytes: Uint8Array, file: CatalogueFile): string | undefined {
  if (isWebPage(bytes)) return 'it is a web page, as a login page or a proxy sends it';
  if (bytes.length !== file.bytes) {
    return `it has ${bytes.length} bytes, where the catalogue says ${file.bytes}`;
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== file.sha256) {
    return `its SHA-256 is ${sha256}, where the catalogue says ${file.sha256}`;
  }
  return undefined;
}

/**
 * Downloads `file` to `target`: into a file of its own beside it, which becomes `target` only once
 * its size and SHA-256 are right. So `target` is never half a file, whoever else downloads it at
 * the same time. What an earlier attempt left behind is taken over and continued.
 *
 * @throws DataError when no mirror gives the file; what came so far is kept for the next attempt.
 */
export async function download(
  file: CatalogueFile,
  target: string,
  onProgress: (progress: LoadProgress) => void,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true }).catch(unwritable);
  const partial = await takeOver(target);
  try {
    await fill(partial, file, onProgress);
  } catch (error) {
    await rename(partial, `${target}.partial`).catch(() => undefined);
    throw error;
  }
  try {
    await rename(partial, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    await rm(partial, { force: true });
  }
}

/**
 * The path of a partial file that belongs to this attempt alone: one that a finished attempt or a
 * dead process left, which renaming makes ours (one process wins), or a new one.
 */
async function takeOver(target: string): Promise<string> {
  const folder = dirname(target);
  const ours = `${target}.${process.pid}-${randomUUID().slice(0, 8)}.partial`;
  for (const name of await readdir(folder)) {
    const start = `${basename(target)}.`;
    if (!name.startsWith(start) || !name.endsWith('.partial')) continue;
    const owner = /^(\d+)-/.exec(name.slice(start.length))?.[1];
    if (owner !== undefined && isRunning(Number(owner))) continue;
    const taken = await rename(join(folder, name), ours).then(
      () => true,
      () => false,
    );
    if (taken) break;
  }
  return ours;
}

/** Asks one mirror after the other, again as long as that brings the file forward. */
async function fill(
  path: string,
  file: CatalogueFile,
  onProgress: (progress: LoadProgress) => void,
): Promise<void> {
  const mirrors = new Set(file.urls);
  const problems = new Map<string, string>();
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT).catch(unwritable);
  try {
    let most = (await handle.stat()).size;
    for (let attempts = 2; attempts > 0 && mirrors.size > 0; attempts--) {
      for (const url of [...mirrors]) {
        try {
          await fillFrom(url, path, handle, file, onProgress);
          return;
        } catch (error) {
          problems.set(url, reason(error));
          if (error instanceof WrongFile) mirrors.delete(url);
        }
      }
      const { size } = await handle.stat();
      if (size > most) attempts = 3;
      most = Math.max(most, size);
      if (attempts > 1 && mirrors.size > 0) await sleep(RETRY_MS);
    }
  } finally {
    await handle.close();
  }
  const tried = [...problems].map(([url, problem]) => `  ${url}: ${problem}`);
  throw new DataError(
    `${file.name} could not be downloaded:\n${tried.join('\n')}\n` +
      `Put the file into ${dirname(path)}, or use a set that needs no download: glyphs, textures.`,
  );
}

function unwritable(error: Error): never {
  throw new DataError(
    `The data folder cannot be written to: ${error.message}. ` +
      'Set the environment variable UNROLLED_DATA to a folder that can.',
  );
}

async function fillFrom(
  url: string,
  path: string,
  handle: FileHandle,
  file: CatalogueFile,
  onProgress: (progress: LoadProgress) => void,
): Promise<void> {
  const { size: start } = await handle.stat();
  if (start < file.bytes) await receive(url, handle, start, file, onProgress);
  await handle.sync();
  const problem = mismatch(await readFile(path), file);
  if (!problem) return;
  await handle.truncate(0);
  if (start > 0) throw new Error(`continued an earlier download, and ${problem}`);
  throw new WrongFile(problem);
}

/** Requests the bytes from `start` on; a server that sends the whole file instead starts it over. */
async function receive(
  url: string,
  handle: FileHandle,
  start: number,
  file: CatalogueFile,
  onProgress: (progress: LoadProgress) => void,
): Promise<void> {
  const abort = new AbortController();
  const stalled = () => abort.abort(new Error(`no data for ${STALL_MS / 1000} seconds`));
  const timer = setTimeout(stalled, STALL_MS);
  // HTTP_PROXY, HTTPS_PROXY and NO_PROXY say by which way, as they do to npm and pip.
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const headers = { 'accept-encoding': 'identity', range: `bytes=${start}-` };
    const response = await fetch(url, { headers, signal: abort.signal, dispatcher });
    const problem = refusal(response, start);
    if (problem) throw problem;
    let position = response.status === 206 ? start : 0;
    await handle.truncate(position);
    let percent = -1;
    const reader = response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    for (;;) {
      const { done, value: chunk } = await reader.read();
      if (done) break;
      timer.refresh();
      if (position === 0 && isWebPage(chunk)) throw new WrongFile('the answer is a web page');
      if (position + chunk.length > file.bytes) {
        throw new WrongFile(`it sends more than the ${file.bytes} bytes in the catalogue`);
      }
      await handle.write(chunk, 0, chunk.length, position);
      position += chunk.length;
      const reached = Math.floor((100 * position) / file.bytes);
      if (reached > percent) {
        onProgress({ task: `downloading ${file.name}`, done: position, total: file.bytes });
        percent = reached;
      }
    }
    if (position < file.bytes) {
      throw new Error(`the connection closed after ${position} of ${file.bytes} bytes`);
    }
  } finally {
    clearTimeout(timer);
    abort.abort();
    await dispatcher.destroy();
  }
}

/** Why an answer is of no use, if it is not. */
function refusal(response: Response, start: number): Error | undefined {
  const { status, statusText } = response;
  if (status === 200) return undefined;
  if (status === 206) {
    const range = response.headers.get('content-range') ?? 'nothing';
    if (range.startsWith(`bytes ${start}-`)) return undefined;
    return new Error(`asked for the bytes from ${start} on, it sends ${range}`);
  }
  const answer = `the server answers ${status} ${statusText}`.trimEnd();
  return status >= 500 || status === 429 ? new Error(answer) : new WrongFile(answer);
}

/** The innermost cause: fetch says only "fetch failed" itself. */
function reason(error: unknown): string {
  let inner = error as Error;
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner.message || (inner as NodeJS.ErrnoException).code || String(inner);
}
