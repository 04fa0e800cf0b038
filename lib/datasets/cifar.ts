import { posix } from 'node:path';
import { Parser, type ReadEntry } from 'tar';
import { DataError } from './errors';
import { checkGzip, checkLabels, type Samples } from './idx';

const SIDE = 32;
const PLANE = SIDE * SIDE;

/** The label bytes that start a record, as numbers of classes; the last one is the class. */
const LABELS = {
  'cifar-10': [10],
  'cifar-100': [20, 100],
} as const;

/**
 * Reads CIFAR binary records (Krizhevsky 2009): the label bytes (CIFAR-10: the class; CIFAR-100:
 * the superclass, then the class), then 3072 pixel bytes, the red, green and blue plane of 32 x 32,
 * row by row. The pixels come back with channels innermost.
 *
 * @throws DataError when the file is empty, does not end with a record, or a label is out of range.
 */
export function parseCifar(
  file: string,
  bytes: Uint8Array,
  format: 'cifar-10' | 'cifar-100',
): Samples {
  const ranges = LABELS[format];
  const record = ranges.length + 3 * PLANE;
  const count = Math.floor(bytes.length / record);
  const rest = bytes.length % record;
  if (count === 0 || rest !== 0) {
    const found = `${bytes.length} bytes make ${count} records of ${record} bytes and ${rest} more`;
    throw new DataError(`${file}: truncated, or not ${format} records: ${found}.`);
  }
  const labels = ranges.map((classes, position) => {
    const column = Uint8Array.from({ length: count }, (_, i) => bytes[i * record + position]!);
    checkLabels(file, column, classes);
    return column;
  });
  const pixels = new Uint8Array(count * 3 * PLANE);
  for (let i = 0; i < count; i++) {
    const start = i * record + ranges.length;
    for (let p = 0; p < PLANE; p++) {
      const to = 3 * (i * PLANE + p);
      pixels[to] = bytes[start + p]!;
      pixels[to + 1] = bytes[start + PLANE + p]!;
      pixels[to + 2] = bytes[start + 2 * PLANE + p]!;
    }
  }
  return { pixels, labels: labels.at(-1)! };
}

/**
 * Reads the entries called `members` from a tar.gz, in memory.
 *
 * @throws DataError when the archive is damaged, lacks a member, or has an entry that is no plain
 * file or folder below the archive's root (a link, an absolute path, a path with "..").
 */
export async function readArchive(
  file: string,
  bytes: Buffer,
  members: string[],
): Promise<Map<string, Buffer>> {
  checkGzip(file, bytes);
  const found = new Map<string, Buffer>();
  return new Promise((done, fail) => {
    const refuse = (problem: string) => fail(new DataError(`${file}: ${problem}.`));
    const parser = new Parser({
      strict: true,
      onReadEntry: (entry: ReadEntry) => {
        const problem = hostile(entry);
        if (problem) refuse(problem);
        const chunks: Buffer[] = [];
        entry.on('data', (chunk) => chunks.push(chunk));
        entry.on('end', () => {
          const member = members.find((name) => isAt(entry.path, name));
          if (member) found.set(member, Buffer.concat(chunks));
        });
      },
    });
    parser.on('error', (error: Error) => refuse(`damaged archive: ${error.message}`));
    parser.on('end', () => {
      const missing = members.filter((member) => !found.has(member));
      if (missing.length > 0) refuse(`the archive lacks ${missing.join(', ')}`);
      done(found);
    });
    parser.end(bytes);
  });
}

/** Whether an entry is a member of the set, packed from the folder above (`./folder/file`) or from within (`file`). */
function isAt(path: string, member: string): boolean {
  const plain = posix.normalize(path);
  return plain === member || plain === posix.basename(member);
}

/** What is wrong with an entry that could write outside the archive's folder, if it were unpacked. */
function hostile(entry: ReadEntry): string | undefined {
  const { path, type } = entry;
  if (/^([/\\]|[a-z]:)/i.test(path) || path.split(/[/\\]/).includes('..')) {
    return `the entry "${path}" points outside the archive`;
  }
  if (!['File', 'OldFile', 'ContiguousFile', 'Directory'].includes(type)) {
    const target = entry.linkpath ? ` to "${entry.linkpath}"` : '';
    return `the entry "${path}" is a ${type}${target}, where only files and folders belong`;
  }
  return undefined;
}
