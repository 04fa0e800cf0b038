import { gunzipSync } from 'node:zlib';
import { DataError, isWebPage } from './errors';

/** Images as they are in their file: pixels row by row, channels innermost, and a label for each. */
export interface Samples {
  pixels: Uint8Array;
  labels: Uint8Array;
}

const UNSIGNED_BYTES = 0x08;

/**
 * Reads a pair of IDX files, gzip or not, the format of MNIST (LeCun, Cortes and Burges 1998): big-endian
 * magic number 0x00000803 or 0x00000801 (unsigned bytes, 3 dimensions or 1), a 32-bit size for each
 * dimension, then the bytes.
 *
 * @throws DataError for anything else, naming the file.
 */
export function parseIdx(
  images: { name: string; bytes: Buffer },
  labels: { name: string; bytes: Buffer },
  [height, width]: readonly [number, number, number],
  classes: number,
): Samples {
  const pixels = parseArray(images.name, images.bytes, 3);
  const targets = parseArray(labels.name, labels.bytes, 1);
  const [count, rows, columns] = pixels.sizes;
  if (rows !== height || columns !== width) {
    const found = `${rows} x ${columns}`;
    throw new DataError(
      `${images.name}: images of ${found}, where ${height} x ${width} is expected.`,
    );
  }
  if (count !== targets.sizes[0]) {
    const both = `${count} images, but ${labels.name} has ${targets.sizes[0]} labels`;
    throw new DataError(`${images.name} has ${both}.`);
  }
  checkLabels(labels.name, targets.values, classes);
  return { pixels: pixels.values, labels: targets.values };
}

/** @throws DataError when a label is not in 0 ... classes - 1. */
export function checkLabels(file: string, labels: Uint8Array, classes: number): void {
  const at = labels.findIndex((label) => label >= classes);
  if (at >= 0) {
    const range = `0 to ${classes - 1}`;
    throw new DataError(`${file}: label ${labels[at]} of sample ${at} is outside ${range}.`);
  }
}

function parseArray(
  file: string,
  compressed: Buffer,
  dimensions: number,
): { sizes: number[]; values: Uint8Array } {
  const bytes = isIdx(compressed) ? compressed : gunzip(file, compressed);
  const header = 4 + 4 * dimensions;
  if (bytes.length < header) {
    throw new DataError(`${file}: truncated within the IDX header, after ${bytes.length} bytes.`);
  }
  const magic = bytes.readUInt32BE(0);
  const expected = (UNSIGNED_BYTES << 8) | dimensions;
  if (magic !== expected) {
    const what = `${hex(expected)} (unsigned bytes, ${dimensions} dimensions)`;
    throw new DataError(`${file}: magic number ${hex(magic)}, where ${what} is expected.`);
  }
  const sizes = Array.from({ length: dimensions }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const length = header + sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== length) {
    const fault = bytes.length < length ? 'truncated' : 'trailing bytes';
    const found = `${bytes.length} bytes, where its header (${sizes.join(' x ')}) makes ${length}`;
    throw new DataError(`${file}: ${fault}: ${found}.`);
  }
  return { sizes, values: bytes.subarray(header) };
}

/** Whether bytes begin as those of an IDX file of unsigned bytes do. */
const isIdx = (bytes: Buffer) => bytes[0] === 0 && bytes[1] === 0 && bytes[2] === UNSIGNED_BYTES;

function gunzip(file: string, compressed: Buffer): Buffer {
  checkGzip(file, compressed);
  try {
    const { buffer, engine } = gunzipSync(compressed, { info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    const rest = compressed.length - engine.bytesWritten;
    if (rest > 0) throw new Error(`${rest} trailing bytes after the gzip data`);
    return buffer;
  } catch (error) {
    throw new DataError(`${file}: damaged gzip data: ${(error as Error).message}.`);
  }
}

/** @throws DataError when `bytes` are not gzip data: another format, or a web page. */
export function checkGzip(file: string, bytes: Uint8Array): void {
  if (isWebPage(bytes)) {
    throw new DataError(
      `${file} is a web page, not data: a login page or a proxy answered for it.`,
    );
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    throw new DataError(`${file} is not gzip data: it does not start with the bytes 1f 8b.`);
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
