import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';
import { afterAll, onTestFinished } from 'vitest';
import type { CatalogueFile } from '../../lib/datasets/catalogue';

/** An IDX file before compression. */
export function idx(magic: number, sizes: number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(magic);
  sizes.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([header, values]);
}

/** `count` images of 2 x 3 pixels, 0, 1, 2, ..., with labels 0, 1, 2, 0, ... as a pair of gzip IDX files. */
export function idxPair(count: number): [images: Buffer, labels: Buffer] {
  const pixels = Uint8Array.from({ length: 6 * count }, (_, i) => i % 256);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  return [gzipSync(idx(0x803, [count, 2, 3], pixels)), gzipSync(idx(0x801, [count], labels))];
}

/** CIFAR records: record i has the given label bytes, and red, green and blue planes full of i, i + 1, i + 2. */
export function cifarRecords(labels: number[][]): Buffer {
  const records = labels.map((bytes, i) => {
    const planes = [0, 1, 2].map((channel) => Buffer.alloc(1024, i + channel));
    return Buffer.concat([Buffer.from(bytes), ...planes]);
  });
  return Buffer.concat(records);
}

/** A tar.gz with the given entries. */
export function tarGz(entries: (HeaderData & { data?: Buffer })[]): Buffer {
  const blocks = entries.flatMap(({ data = Buffer.alloc(0), ...header }) => {
    const head = Buffer.alloc(512);
    new Header({ mode: 0o644, type: 'File', size: data.length, ...header }).encode(head);
    return [head, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** A catalogue's line for `bytes`. */
export function listed(name: string, bytes: Buffer, ...urls: string[]): CatalogueFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name, urls, bytes: bytes.length, sha256 };
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A new folder under the system's folder for temporary files, removed when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'unrolled-data-'));
  folders.push(folder);
  return folder;
}

/** A server on the loopback interface until the test is over; returns its address. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Where a request's Range header starts. */
export function rangeStart(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? 'bytes=0-')?.[1]);
}

/** Answers as a server that knows ranges does. */
export function sendRange(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const start = rangeStart(request);
  const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(206, { 'content-range': range, 'content-length': bytes.length - start });
  response.end(bytes.subarray(start));
}
