import { join, resolve } from 'node:path';
import { dataFolder } from 'unrolled-machine';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readCatalogue, type PublishedSet } from '../../lib/datasets/catalogue';

const published = Object.entries(readCatalogue()).filter(
  (entry): entry is [string, PublishedSet] => !('resplit' in entry[1]),
);
const project = resolve(__dirname, '../..');

describe.each(published)('%s', (_, set) => {
  test('every file has a size, a SHA-256 and more than one address to get it from', () => {
    for (const { name, urls, bytes, sha256 } of set.files) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(bytes).toBeGreaterThan(0);
      expect(new Set(urls).size).toBeGreaterThan(1);
      for (const url of urls) expect(new URL(url).pathname.endsWith(`/${name}`)).toBe(true);
    }
  });

  test('the licence, the citation, and a name for each class are there', () => {
    expect(set.licence).not.toBe('');
    expect(set.citation).toMatch(/\d{4}\.$/);
    expect(new Set(set.classes).size).toBe(
      { 'cifar-10': 10, 'cifar-100': 100 }[set.format as string] ?? set.classes.length,
    );
  });

  test('an IDX split names an image file and a label file that the catalogue lists', () => {
    const files = set.files.map(({ name }) => name);
    for (const members of set.format === 'idx' ? Object.values(set.members) : []) {
      expect(members.map((name) => /images|labels/.exec(name)?.[0])).toEqual(['images', 'labels']);
      expect(files).toEqual(expect.arrayContaining(members));
    }
  });
});

describe('the data folder', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each([
    [undefined, join(project, 'data/cache')],
    ['', join(project, 'data/cache')],
    ['elsewhere', join(project, 'elsewhere')],
    [resolve('/data'), resolve('/data')],
  ])('UNROLLED_DATA=%s moves it, whatever folder the process runs in', (value, expected) => {
    vi.stubEnv('UNROLLED_DATA', value);
    expect(dataFolder(process.env)).toBe(expected);
  });
});
