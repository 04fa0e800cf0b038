import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import ts from 'typescript';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CatalogueFile } from '../../lib/datasets/catalogue';
import { download, type LoadProgress } from '../../lib/datasets/download';
import { obtain } from '../../lib/datasets/obtain';
import { listed, rangeStart, sendRange, serve, temporaryFolder } from './files';

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i) % 251));
const nothing = () => undefined;
const search = (...folders: string[]) => ({
  folders,
  unverified: false,
  onProgress: nothing,
  catalogue: {},
});

/** Sends `length` bytes from the requested position on; drops the connection when they have arrived. */
function sendAndDrop(request: IncomingMessage, response: ServerResponse, length: number): void {
  const start = rangeStart(request);
  const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(206, { 'content-range': range, 'content-length': bytes.length - start });
  response.write(bytes.subarray(start, start + length));
  setTimeout(() => response.destroy(), 200);
}

function target(): string {
  return join(temporaryFolder(), 'set', 'data.gz');
}

describe('a file that can be had', () => {
  test('arrives whole, with progress up to its size, and leaves nothing else in the folder', async () => {
    const url = await serve((request, response) => sendRange(request, response, bytes));
    const path = target();
    const progress = vi.fn();
    await download(listed('data.gz', bytes, url), path, progress);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(join(path, '..'))).toEqual(['data.gz']);
    const task = 'downloading data.gz';
    expect(progress).toHaveBeenLastCalledWith({ task, done: bytes.length, total: bytes.length });
    const reached = progress.mock.calls.map(([progress]) => (progress as LoadProgress).done);
    expect(reached).toEqual([...reached].sort((a, b) => a - b));
    expect(reached.length).toBeLessThanOrEqual(101);
  });

  test('is not asked for again once it is there', async () => {
    const answer = vi.fn((request: IncomingMessage, response: ServerResponse) =>
      sendRange(request, response, bytes),
    );
    const file = listed('data.gz', bytes, await serve(answer));
    const folder = temporaryFolder();
    await obtain(file, search(folder));
    const again = await obtain(file, search(folder));
    expect(answer).toHaveBeenCalledTimes(1);
    expect(again.bytes.equals(bytes)).toBe(true);
    expect(again.verified).toBe(true);
  });

  test('comes from the next mirror when the first ones fail in whatever way', async () => {
    const other = Buffer.from(bytes).fill(7, 100, 200);
    const mirrors = await Promise.all([
      serve((_, response) => response.writeHead(404).end()),
      serve((_, response) => response.writeHead(503).end()),
      serve((_, response) => response.end('<!DOCTYPE html><html>log in</html>')),
      serve((_, response) => response.end(other)),
      serve((_, response) => response.end(Buffer.concat([bytes, bytes]))),
      serve((_, response) => response.end(bytes)),
    ]);
    const path = target();
    await download(listed('data.gz', bytes, ...mirrors), path, nothing);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe('a dropped connection', () => {
  test('is resumed where it broke, as often as it brings the file forward', async () => {
    const starts: number[] = [];
    const url = await serve((request, response) => {
      starts.push(rangeStart(request));
      sendAndDrop(request, response, 60_000);
    });
    const path = target();
    await download(listed('data.gz', bytes, url), path, nothing);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(starts).toEqual([0, 60_000, 120_000, 180_000]);
  });

  test('is resumed by a later call, after all mirrors failed', async () => {
    let broken = true;
    const starts: number[] = [];
    const url = await serve((request, response) => {
      starts.push(rangeStart(request));
      if (!broken) sendRange(request, response, bytes);
      else if (starts.length === 1) sendAndDrop(request, response, 60_000);
      else response.writeHead(503).end();
    });
    const path = target();
    const file = listed('data.gz', bytes, url);
    await expect(download(file, path, nothing)).rejects.toThrow(/data\.gz could not be downloaded/);
    expect(existsSync(path)).toBe(false);
    broken = false;
    await download(file, path, nothing);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(starts.at(-1)).toBe(60_000);
    expect(readdirSync(join(path, '..'))).toEqual(['data.gz']);
  });

  test('starts over when the server ignores ranges', async () => {
    let calls = 0;
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      if (calls++ === 0) response.write(bytes.subarray(0, 60_000), () => response.destroy());
      else response.end(bytes);
    });
    const path = target();
    await download(listed('data.gz', bytes, url), path, nothing);
    expect(calls).toBe(2);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('starts over when what an earlier attempt left does not fit', async () => {
    const url = await serve((request, response) => sendRange(request, response, bytes));
    const path = target();
    mkdirSync(join(path, '..'));
    writeFileSync(`${path}.partial`, Buffer.alloc(1000, 9));
    await download(listed('data.gz', bytes, url), path, nothing);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe('a file that cannot be had', () => {
  const cases: [string, (response: ServerResponse) => void, RegExp][] = [
    ['missing', (r) => r.writeHead(404).end(), /the server answers 404 Not Found/],
    ['overloaded', (r) => r.writeHead(503).end(), /the server answers 503/],
    ['a web page', (r) => r.end('<html>log in</html>'), /the answer is a web page/],
    ['too long', (r) => r.end(Buffer.concat([bytes, bytes])), /more than the 200000 bytes/],
    ['too short', (r) => r.end(bytes.subarray(1)), /closed after 199999 of 200000 bytes/],
    ['other bytes', (r) => r.end(Buffer.alloc(200_000)), /its SHA-256 is [0-9a-f]{64}, where/],
    ['another range', (r) => r.writeHead(206).end('x'), /bytes from 0 on, it sends nothing/],
  ];
  test.each(cases)('never reaches its place, and the error says why: %s', async (_, send, why) => {
    const url = await serve((_, response) => send(response));
    const path = target();
    const attempt = download(listed('data.gz', bytes, url), path, nothing);
    await expect(attempt).rejects.toThrow(why);
    await expect(attempt).rejects.toThrow(`data.gz could not be downloaded:\n  ${url}: `);
    await expect(attempt).rejects.toThrow(`Put the file into ${join(path, '..')}`);
    await expect(attempt).rejects.toHaveProperty('name', 'DataError');
    expect(existsSync(path)).toBe(false);
  });

  test('is reported with the cause, not "fetch failed", when there is no server', async () => {
    const attempt = download(listed('data.gz', bytes, 'http://127.0.0.1:1'), target(), nothing);
    await expect(attempt).rejects.toThrow(/http:\/\/127\.0\.0\.1:1: (?!fetch failed)\S/);
  });

  test('is reported with the way out when the folder cannot be written to', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'set'), 'a file where a folder should be');
    const attempt = download(
      listed('data.gz', bytes, 'http://127.0.0.1:1'),
      join(folder, 'set', 'a'),
      nothing,
    );
    await expect(attempt).rejects.toThrow(
      /cannot be written to: .*Set the environment variable UNROLLED_DATA/,
    );
  });
});

describe('a file that is there but is not the published one', () => {
  const file = listed('data.gz', bytes, 'http://127.0.0.1:1');
  const found: [string, Buffer, RegExp][] = [
    ['cut short', bytes.subarray(1), /it has 199999 bytes, where the catalogue says 200000/],
    ['damaged', Buffer.from(bytes).fill(0, 5, 10), /its SHA-256 is/],
    ['a web page', Buffer.from('<html>'), /it is a web page/],
  ];
  test.each(found)('is an error that names it, and stays as it is: %s', async (_, content, why) => {
    const folder = temporaryFolder();
    const path = join(folder, 'data.gz');
    writeFileSync(path, content);
    const attempt = obtain(file, search(join(folder, 'set'), folder));
    await expect(attempt).rejects.toThrow(why);
    await expect(attempt).rejects.toThrow(`${path} is not the published file`);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  test('is taken when the caller asks for unverified files, and is not called verified', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'data.gz'), 'mine');
    const obtained = await obtain(file, { ...search(folder), unverified: true });
    expect(obtained).toEqual({ bytes: Buffer.from('mine'), verified: false });
  });
});

/** Starts a Node process that downloads `file` to `path`, with the sources compiled for it. */
function downloader(file: CatalogueFile, path: string): ChildProcess {
  const folder = temporaryFolder();
  for (const name of ['download', 'errors']) {
    const source = readFileSync(join(__dirname, '../../lib/datasets', `${name}.ts`), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    writeFileSync(join(folder, `${name}.js`), outputText);
  }
  const call = `require('./download.js').download(${JSON.stringify(file)}, ${JSON.stringify(path)}, () => {})`;
  writeFileSync(
    join(folder, 'run.js'),
    `${call}.catch((error) => { console.error(error); process.exit(1); })`,
  );
  const env = { ...process.env, NODE_PATH: join(process.cwd(), 'node_modules') };
  const child = spawn(process.execPath, [join(folder, 'run.js')], { stdio: 'inherit', env });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe('several processes', () => {
  test('may want one file at the same time: all succeed, and the file is right', async () => {
    let running = 0;
    let most = 0;
    const url = await serve((request, response) => {
      most = Math.max(most, ++running);
      response.on('close', () => running--);
      setTimeout(() => sendRange(request, response, bytes), 1000);
    });
    const path = target();
    const file = listed('data.gz', bytes, url);
    const here = download(file, path, nothing);
    const exits = [1, 2].map(() => once(downloader(file, path), 'exit'));
    expect(await Promise.all(exits)).toEqual([
      [0, null],
      [0, null],
    ]);
    await here;
    expect(most).toBeGreaterThan(1);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(join(path, '..'))).toEqual(['data.gz']);
  });

  test('may be killed: the next one continues what is there', async () => {
    const starts: number[] = [];
    const url = await serve((request, response) => {
      starts.push(rangeStart(request));
      if (starts.length > 1) return sendRange(request, response, bytes);
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 80_000));
    });
    const path = target();
    const folder = join(path, '..');
    const file = listed('data.gz', bytes, url);
    const child = downloader(file, path);
    const arrived = () =>
      existsSync(folder) &&
      readdirSync(folder).some((name) => statSync(join(folder, name)).size === 80_000);
    while (!arrived()) await sleep(20);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(path)).toBe(false);
    await download(file, path, nothing);
    expect(starts).toEqual([0, 80_000]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(folder)).toEqual(['data.gz']);
  });
});
