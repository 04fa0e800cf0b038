import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseCifar, readArchive } from '../../lib/datasets/cifar';
import { cifarRecords, tarGz } from './files';

describe('records', () => {
  test('colour planes become interleaved pixels, and the label byte the class', () => {
    const { pixels, labels } = parseCifar('a.bin', cifarRecords([[7], [9]]), 'cifar-10');
    expect([...labels]).toEqual([7, 9]);
    expect(pixels.length).toBe(2 * 3072);
    expect([...pixels.subarray(0, 6)]).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...pixels.subarray(3072, 3075)]).toEqual([1, 2, 3]);
  });

  test('rows and columns keep their places', () => {
    const record = Buffer.alloc(3073);
    record[1 + 1024 + 5 * 32 + 3] = 200;
    const { pixels } = parseCifar('a.bin', record, 'cifar-10');
    expect(pixels.findIndex((value) => value > 0)).toBe(3 * (5 * 32 + 3) + 1);
  });

  test('the class of CIFAR-100 is the second label byte, not the superclass', () => {
    const { labels } = parseCifar('a.bin', cifarRecords([[19, 99]]), 'cifar-100');
    expect([...labels]).toEqual([99]);
  });

  test.each([
    ['empty file', Buffer.alloc(0), 'cifar-10', /^a\.bin: truncated, or not cifar-10 records/],
    [
      'cut short',
      cifarRecords([[1], [2]]).subarray(1),
      'cifar-10',
      /1 records of 3073 bytes and 3072/,
    ],
    ['bytes after the last', Buffer.alloc(3075), 'cifar-10', /1 records of 3073 bytes and 2 more/],
    ['the other set', cifarRecords([[1, 2]]), 'cifar-10', /not cifar-10 records/],
    ['class', cifarRecords([[1], [10]]), 'cifar-10', /label 10 of sample 1 is outside 0 to 9/],
    ['superclass', cifarRecords([[20, 0]]), 'cifar-100', /label 20 of sample 0 is outside 0 to 19/],
    [
      'fine class',
      cifarRecords([[0, 100]]),
      'cifar-100',
      /label 100 of sample 0 is outside 0 to 99/,
    ],
  ] as const)('damage is refused, naming the file: %s', (_, bytes, format, message) => {
    expect(() => parseCifar('a.bin', bytes, format)).toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: expect.stringMatching(message) as string,
      }),
    );
  });
});

describe('the archive', () => {
  const data = Buffer.from('records');
  const folder = { path: 'set/', type: 'Directory' } as const;

  test('the asked-for entries come back whole, the others are left out', async () => {
    const archive = tarGz([
      folder,
      { path: 'set/a.bin', data },
      { path: 'set/readme.html', data: Buffer.from('<html>') },
      { path: 'set/b.bin', data: Buffer.alloc(100_000, 3) },
    ]);
    const found = await readArchive('set.tar.gz', archive, ['set/a.bin', 'set/b.bin']);
    expect([...found.keys()]).toEqual(['set/a.bin', 'set/b.bin']);
    expect(found.get('set/a.bin')).toEqual(data);
    expect(found.get('set/b.bin')).toEqual(Buffer.alloc(100_000, 3));
  });

  const whole = tarGz([{ path: 'set/a.bin', data: Buffer.alloc(5000, 1) }]);
  const link = { path: 'set/x', type: 'SymbolicLink', linkpath: '/etc/passwd' } as const;
  test.each([
    [
      'points above',
      tarGz([{ path: '../../a.bin', data }]),
      /entry "\.\.\/\.\.\/a\.bin" points outside/,
    ],
    ['absolute path', tarGz([{ path: '/a.bin', data }]), /entry "\/a\.bin" points outside/],
    ['Windows drive', tarGz([{ path: 'C:\\a.bin', data }]), /points outside/],
    ['symbolic link', tarGz([link]), /"set\/x" is a SymbolicLink to "\/etc\/passwd"/],
    ['hard link', tarGz([{ ...link, type: 'Link' }]), /"set\/x" is a Link to/],
    ['entry missing', tarGz([{ path: 'set/b.bin', data }]), /the archive lacks set\/a\.bin/],
    ['gzip cut short', whole.subarray(0, whole.length - 20), /damaged archive/],
    ['tar cut short', gzipSync(Buffer.alloc(700, 'x')), /damaged archive/],
    ['a web page', Buffer.from('<html>log in</html>'), /is a web page/],
    ['not gzip', Buffer.from('plain text'), /is not gzip data/],
  ])('is refused, naming the file: %s', async (_, archive, message) => {
    await expect(readArchive('set.tar.gz', archive, ['set/a.bin'])).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: expect.stringMatching(message) as string,
      }),
    );
    await expect(readArchive('set.tar.gz', archive, ['set/a.bin'])).rejects.toThrow(
      /^set\.tar\.gz/,
    );
  });
});
