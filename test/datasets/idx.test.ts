import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../lib/datasets/errors';
import { parseIdx } from '../../lib/datasets/idx';
import { idx, idxPair } from './files';

const [images, labels] = idxPair(4);

function parse(imageBytes: Buffer, labelBytes: Buffer) {
  return parseIdx(
    { name: 'images.gz', bytes: imageBytes },
    { name: 'labels.gz', bytes: labelBytes },
    [2, 3, 1],
    3,
  );
}

test('the pixels and labels of a well-formed pair come back as they were written', () => {
  const { pixels, labels: parsed } = parse(images, labels);
  expect([...pixels]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  expect([...parsed]).toEqual([0, 1, 2, 0]);
});

describe('each kind of damage is refused with its own sentence, naming the file', () => {
  const pixels = new Uint8Array(24);
  const damage: [string, Buffer, Buffer, RegExp][] = [
    [
      'gzip cut short',
      images.subarray(0, 30),
      labels,
      /^images\.gz: damaged gzip data: unexpected/,
    ],
    [
      'zeros after the gzip data',
      Buffer.concat([images, Buffer.alloc(7)]),
      labels,
      /^images\.gz: damaged gzip data: 7 trailing bytes/,
    ],
    ['not gzip', Buffer.from('0123456789'), labels, /^images\.gz is not gzip data/],
    [
      'a web page',
      Buffer.from('\n<!DOCTYPE html><html>please log in</html>'),
      labels,
      /^images\.gz is a web page, not data/,
    ],
    [
      'wrong magic number',
      gzipSync(idx(0x801, [4, 2, 3], pixels)),
      labels,
      /^images\.gz: magic number 0x00000801, where 0x00000803 /,
    ],
    [
      'wrong element type',
      gzipSync(idx(0xd03, [4, 2, 3], pixels)),
      labels,
      /^images\.gz: magic number 0x00000d03/,
    ],
    [
      'header cut short',
      gzipSync(idx(0x803, [4], new Uint8Array())),
      labels,
      /^images\.gz: truncated within the IDX header, after 8 bytes/,
    ],
    [
      'pixels cut short',
      gzipSync(idx(0x803, [4, 2, 3], pixels.subarray(1))),
      labels,
      /^images\.gz: truncated: 39 bytes, where its header \(4 x 2 x 3\) makes 40/,
    ],
    [
      'bytes after the pixels',
      gzipSync(idx(0x803, [4, 2, 3], new Uint8Array(26))),
      labels,
      /^images\.gz: trailing bytes: 42 bytes, where/,
    ],
    [
      'another image size',
      gzipSync(idx(0x803, [4, 3, 2], pixels)),
      labels,
      /^images\.gz: images of 3 x 2, where 2 x 3 is expected/,
    ],
    [
      'another number of labels',
      images,
      idxPair(5)[1],
      /^images\.gz has 4 images, but labels\.gz has 5 labels/,
    ],
    [
      'a label out of range',
      images,
      gzipSync(idx(0x801, [4], Uint8Array.of(0, 1, 3, 0))),
      /^labels\.gz: label 3 of sample 2 is outside 0 to 2/,
    ],
  ];
  test.each(damage)('%s', (_, imageBytes, labelBytes, message) => {
    expect(() => parse(imageBytes, labelBytes)).toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: expect.stringMatching(message) as string,
      }),
    );
  });
});

test('a changed, missing or added byte is a DataError or harmless, never another error', () => {
  const raw = idx(0x803, [4, 2, 3], new Uint8Array(24));
  fc.assert(
    fc.property(fc.nat(raw.length - 1), fc.nat(255), fc.nat(2), (at, value, remove) => {
      const bytes = Buffer.concat([
        raw.subarray(0, at),
        Buffer.of(value),
        raw.subarray(at + remove),
      ]);
      try {
        expect(parse(gzipSync(bytes), labels).pixels.length).toBe(24);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    }),
  );
});
