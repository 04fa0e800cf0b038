import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Catalogue, PublishedSet } from '../../lib/datasets/catalogue';
import { datasetNames, loadDataset, loadFrom } from '../../lib/datasets/load';
import { selectBackend } from '../../lib/backends';
import { Stream } from '../../lib/core/engine';
import { cifarRecords, idxPair, listed, sendRange, serve, tarGz, temporaryFolder } from './files';

beforeAll(async () => {
  await selectBackend();
});

const nowhere = 'http://127.0.0.1:1';
const [trainImages, trainLabels] = idxPair(12);
const [testImages, testLabels] = idxPair(6);
const idxFiles = {
  'train-images.gz': trainImages,
  'train-labels.gz': trainLabels,
  'test-images.gz': testImages,
  'test-labels.gz': testLabels,
};
const archive = tarGz([
  { path: 'bin/', type: 'Directory' },
  { path: 'bin/1.bin', data: cifarRecords([[3], [4]]) },
  { path: 'bin/2.bin', data: cifarRecords([[5]]) },
  { path: 'bin/test.bin', data: cifarRecords([[6]]) },
]);

/** A small set in each format, and one split of the first split again; the files come from `url`. */
function catalogue(url = nowhere): Catalogue {
  const common = { licence: 'none', citation: 'none' };
  const digits: PublishedSet = {
    ...common,
    title: 'Digits',
    format: 'idx',
    shape: [2, 3, 1],
    classes: ['a', 'b', 'c'],
    samples: { train: 12, test: 6 },
    files: Object.entries(idxFiles).map(([name, bytes]) => listed(name, bytes, `${url}/${name}`)),
    members: {
      train: ['train-images.gz', 'train-labels.gz'],
      test: ['test-images.gz', 'test-labels.gz'],
    },
  };
  const pictures: PublishedSet = {
    ...common,
    title: 'Pictures',
    format: 'cifar-10',
    shape: [32, 32, 3],
    classes: Array.from({ length: 10 }, (_, i) => `class ${i}`),
    samples: { train: 3, test: 1 },
    files: [listed('pictures.tar.gz', archive, `${url}/pictures.tar.gz`)],
    members: { train: ['bin/1.bin', 'bin/2.bin'], test: ['bin/test.bin'] },
  };
  const part = { set: 'digits', split: 'test', train: 4, test: 2 } as const;
  return { digits, pictures, 'digits-6': { title: 'six digits', resplit: part } };
}

/** A folder with the given files in it. */
function folderOf(files: Record<string, Buffer>, subfolder = ''): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, subfolder), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(folder, subfolder, name), bytes);
  }
  return folder;
}

async function labelsOf(split: { labels: tf.Tensor1D }): Promise<number[]> {
  return [...(await split.labels.data())];
}

describe('a published set', () => {
  test('arrives as float32 images in [0, 1] and int32 labels, in the order of the files', async () => {
    const set = await loadFrom(catalogue(), folderOf(idxFiles), 'digits');
    expect(set.train.inputs.shape).toEqual([12, 2, 3, 1]);
    expect(set.train.inputs.dtype).toBe('float32');
    expect(set.train.labels.dtype).toBe('int32');
    expect(set.test.size).toBe(6);
    const expected = Float32Array.from({ length: 72 }, (_, i) => i / 255);
    expect(await set.train.inputs.data()).toEqual(expected);
    expect(await labelsOf(set.test)).toEqual([0, 1, 2, 0, 1, 2]);
    expect(set.source).toBe(
      'Digits: 12 training and 6 test images; published files, SHA-256 checked',
    );
    set.dispose();
  });

  test('is the same from its own folder, from the data folder and from a server', async () => {
    const url = await serve((request, response) =>
      sendRange(request, response, idxFiles[request.url!.slice(1) as keyof typeof idxFiles]),
    );
    const sets = [
      await loadFrom(catalogue(), folderOf(idxFiles), 'digits'),
      await loadFrom(catalogue(), folderOf(idxFiles, 'digits'), 'digits'),
      await loadFrom(catalogue(url), temporaryFolder(), 'digits'),
    ];
    expect(new Set(sets.map(({ checksum }) => checksum)).size).toBe(1);
    for (const set of sets) set.dispose();
  });

  test('in an archive has its records in the order of the catalogue', async () => {
    const set = await loadFrom(catalogue(), folderOf({ 'pictures.tar.gz': archive }), 'pictures');
    expect(await labelsOf(set.train)).toEqual([3, 4, 5]);
    expect(await labelsOf(set.test)).toEqual([6]);
    expect(set.train.inputs.shape).toEqual([3, 32, 32, 3]);
    set.dispose();
  });

  test('with fewer images is a choice drawn from the seed, not the first ones', async () => {
    const folder = folderOf(idxFiles);
    const checksums = new Set<string>();
    for (const seed of [1, 1, 2]) {
      const set = await loadFrom(catalogue(), folder, 'digits', { train: 5, test: 3, seed });
      expect([set.train.size, set.test.size]).toEqual([5, 3]);
      checksums.add(set.checksum);
      set.dispose();
    }
    expect(checksums.size).toBe(2);
  });

  test('whose archive was exchanged is refused before anything in it is read', async () => {
    const hostile = tarGz([{ path: '../evil', data: Buffer.from('x') }]);
    const folder = folderOf({ 'pictures.tar.gz': hostile });
    await expect(loadFrom(catalogue(), folder, 'pictures')).rejects.toThrow(
      /not the published file/,
    );
  });
});

describe('one split of a set, split again', () => {
  const folder = folderOf({ 'test-images.gz': testImages, 'test-labels.gz': testLabels }, 'digits');

  test('needs only the files of that split, keeps every image once, and says so', async () => {
    const set = await loadFrom(catalogue(), folder, 'digits-6', { seed: 3 });
    const first = (split: typeof set.train) =>
      split.inputs.slice([0, 0, 0, 0], [-1, 1, 1, 1]).data();
    const seen = [...(await first(set.train)), ...(await first(set.test))];
    const pixels = seen.map((value) => Math.round(255 * value));
    expect([set.train.size, set.test.size]).toEqual([4, 2]);
    expect(pixels.sort((a, b) => a - b)).toEqual([0, 6, 12, 18, 24, 30]);
    expect(set.source).toMatch(/^six digits with seed 3: 4 training and 2 test images; published/);
    set.dispose();
  });

  test('depends on the seed and on nothing else', async () => {
    const checksums: string[] = [];
    for (const seed of [1, 1, 2]) {
      const set = await loadFrom(catalogue(), folder, 'digits-6', { seed });
      checksums.push(set.checksum);
      set.dispose();
    }
    expect(checksums[0]).toBe(checksums[1]);
    expect(checksums[0]).not.toBe(checksums[2]);
  });
});

describe('unverified files', () => {
  const unpacked = (): string => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/1.bin'), cifarRecords([[8], [9]]));
    writeFileSync(join(folder, 'bin/test.bin'), cifarRecords([[7]]));
    return folder;
  };

  test('of an unpacked archive are refused unless the caller accepts them', async () => {
    await expect(loadFrom(catalogue(), unpacked(), 'pictures')).rejects.toThrow(
      /1\.bin cannot be checked: .* SHA-256 of pictures\.tar\.gz only.*unverified: true/,
    );
  });

  test('are used when the caller accepts them, and the source line says so', async () => {
    const set = await loadFrom(catalogue(), unpacked(), 'pictures', { unverified: true });
    expect(await labelsOf(set.train)).toEqual([8, 9]);
    expect(set.source).toMatch(/UNVERIFIED/);
    expect(set.verified).toBe(false);
    set.dispose();
  });

  test('are used where UNROLLED_UNVERIFIED is 1, and nowhere else', async () => {
    vi.stubEnv('UNROLLED_UNVERIFIED', '1');
    const set = await loadFrom(catalogue(), unpacked(), 'pictures');
    expect(set.verified).toBe(false);
    set.dispose();
    vi.stubEnv('UNROLLED_UNVERIFIED', '0');
    await expect(loadFrom(catalogue(), unpacked(), 'pictures')).rejects.toThrow(
      'cannot be checked',
    );
    vi.unstubAllEnvs();
  });

  test('are still parsed strictly', async () => {
    const folder = folderOf({ ...idxFiles, 'train-labels.gz': idxPair(11)[1] });
    await expect(loadFrom(catalogue(), folder, 'digits', { unverified: true })).rejects.toThrow(
      /train-images\.gz has 12 images, but train-labels\.gz has 11 labels/,
    );
  });
});

describe("a caller's mistake is one plain sentence", () => {
  test('an unknown name lists the right ones', async () => {
    const attempt = loadDataset('minst');
    await expect(attempt).rejects.toThrow(
      `There is no data set "minst"; the data sets are ${datasetNames().join(', ')}.`,
    );
    await expect(loadDataset('toString')).rejects.toThrow(/There is no data set "toString"/);
    expect(datasetNames()).toEqual(expect.arrayContaining(['glyphs', 'fashion-mnist']));
  });

  test('more images than there are', async () => {
    const attempt = loadFrom(catalogue(), folderOf(idxFiles), 'digits', { test: 7 });
    await expect(attempt).rejects.toThrow(
      'There are 6 test images in digits, fewer than the 7 asked for.',
    );
  });

  test.each([0, -1, 2.5, NaN])('%s images', async (train) => {
    await expect(loadDataset('glyphs', { train })).rejects.toThrow(
      `train is a whole number of images, at least 1, not ${train}.`,
    );
  });
});

describe('batches', () => {
  async function read(batchSize: number, seed: number): Promise<number[][]> {
    const set = await loadFrom(catalogue(), folderOf(idxFiles), 'digits');
    const seen: number[][] = [];
    for (const { inputs, labels } of set.train.batches(batchSize, Stream.of(seed))) {
      const pixels = await inputs.slice([0, 0, 0, 0], [-1, 1, 1, 1]).data();
      const indices = [...pixels].map((value) => Math.round((255 * value) / 6));
      expect([...(await labels.data())]).toEqual(indices.map((i) => i % 3));
      seen.push(indices);
    }
    set.dispose();
    return seen;
  }

  test('hold every image once with its own label, the last batch what is left', async () => {
    const seen = await read(5, 1);
    expect(seen.map(({ length }) => length)).toEqual([5, 5, 2]);
    expect(seen.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  test('come in the order that the stream draws: same seed same order, other seed another', async () => {
    expect(await read(5, 1)).toEqual(await read(5, 1));
    expect((await read(5, 1)).flat()).not.toEqual((await read(5, 2)).flat());
  });

  test('are gathered one at a time and disposed of, also when the loop is left early', async () => {
    const { train, dispose } = await loadDataset('glyphs', { train: 1000, test: 1 });
    const size = train.inputs.size * 4;
    train.inputs.dataSync();
    const before = tf.memory();
    let most = 0;
    let seen = 0;
    for (const { labels } of train.batches(10, Stream.of(0))) {
      expect(labels.size).toBe(10);
      most = Math.max(most, tf.memory().numBytes - before.numBytes);
      if (++seen === 50) break;
    }
    expect([...train.batches(1000, Stream.of(0))]).toHaveLength(1);
    expect(most).toBeLessThan(size / 50);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    dispose();
  });

  test('survive a tidy around the body of the loop', async () => {
    const { train, dispose } = await loadDataset('glyphs', { train: 20, test: 1 });
    const sums: number[] = [];
    for (const { inputs } of train.batches(10, Stream.of(0))) {
      sums.push(tf.tidy(() => inputs.sum().dataSync()[0]!));
      sums.push(tf.tidy(() => inputs.sum().dataSync()[0]!));
    }
    expect(sums[0]).toBe(sums[1]);
    expect(sums[2]).toBe(sums[3]);
    dispose();
  });

  test.each([0, -1, 1.5])('of %s images are refused at once', async (batchSize) => {
    const { train, dispose } = await loadDataset('glyphs', { train: 1, test: 1 });
    expect(() => train.batches(batchSize, Stream.of(0))).toThrow(
      `A batch has a whole number of samples, at least 1, not ${batchSize}.`,
    );
    dispose();
  });
});

test('disposing of a set frees all it holds', async () => {
  const before = tf.memory().numTensors;
  const set = await loadDataset('textures', { train: 2, test: 2 });
  expect(tf.memory().numTensors).toBe(before + 4);
  set.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('drawing a set reports its progress', async () => {
  const onProgress = vi.fn();
  const set = await loadDataset('glyphs', { train: 700, test: 20, onProgress });
  expect(onProgress.mock.calls.map(([progress]: unknown[]) => progress)).toEqual([
    { task: 'drawing glyphs, train', done: 500, total: 700 },
    { task: 'drawing glyphs, train', done: 700, total: 700 },
    { task: 'drawing glyphs, test', done: 20, total: 20 },
  ]);
  set.dispose();
});
