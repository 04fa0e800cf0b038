import { createHash } from 'node:crypto';
import { Stream, type Split } from 'unrolled-core';
import { dataFolder } from 'unrolled-machine';
import { readCatalogue, type Catalogue, type PublishedSet, type ResplitSet } from './catalogue';
import type { LoadProgress } from './download';
import { DataError } from './errors';
import { generate, GENERATED } from './generated';
import type { Samples } from './idx';
import { readPublished, type Origin } from './published';
import { upload } from './upload';

/** What to load, and how much of it. */
export interface LoadOptions {
  /** Number of training images: by default all, or 4,000 of a generated set. */
  train?: number;
  /** Number of test images: by default all, or 1,000 of a generated set. */
  test?: number;
  /** Draws a generated set, splits a set anew, and chooses images where fewer than all are asked for. Default 0. */
  seed?: number;
  /**
   * Accept files in the data folder that are not the published ones. Default false, or true where the
   * environment variable UNROLLED_UNVERIFIED is 1.
   */
  unverified?: boolean;
  /** Told how far downloading or drawing has come. */
  onProgress?: (progress: LoadProgress) => void;
}

/** A data set for classification, its images and labels resident in the backend's memory. */
export interface Dataset {
  name: string;
  /** Names of the classes, in the order of their labels. */
  classes: string[];
  /** [height, width, channels] of an image. */
  shape: [number, number, number];
  /** SHA-256 over the pixels and labels, training then test, as loaded. */
  checksum: string;
  /** One line for the reader: what the data is and where it came from. */
  source: string;
  /** Whether it is what its name says: drawn here, or read from files with the published SHA-256. */
  verified: boolean;
  train: Split;
  test: Split;
  /** Frees the tensors of both splits. */
  dispose: () => void;
}

/** The names that {@link loadDataset} takes. */
export function datasetNames(): string[] {
  return namesIn(readCatalogue());
}

/**
 * Loads a data set. `glyphs` (28 x 28 x 1) and `textures` (32 x 32 x 3) are drawn from the seed and
 * need no file; `mnist`, `fashion-mnist`, `cifar-10` and `cifar-100` are read from the data folder
 * or downloaded into it and checked against the SHA-256 in data/catalogue.json; `mnist-10k` is the
 * 10,000 MNIST test digits, split 8,000 / 2,000 by the seed.
 *
 * The data folder is data/cache or what UNROLLED_DATA names. A file is looked for in the set's own
 * folder there, then in the data folder itself.
 *
 * @throws DataError for an unknown name, more images than there are, and data that cannot be had or
 * is damaged.
 */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<Dataset> {
  return loadFrom(readCatalogue(), dataFolder(process.env), name, options);
}

/** {@link loadDataset} with a catalogue and a data folder of the caller's. */
export async function loadFrom(
  catalogue: Catalogue,
  folder: string,
  name: string,
  options: LoadOptions = {},
): Promise<Dataset> {
  for (const split of ['train', 'test'] as const) {
    const count = options[split];
    if (count !== undefined && !(Number.isInteger(count) && count > 0)) {
      throw new DataError(`${split} is a whole number of images, at least 1, not ${count}.`);
    }
  }
  const loaded = await loadBytes(catalogue, folder, name, options);
  const { shape, classes, source, verified, ...bytes } = loaded;
  const hash = createHash('sha256');
  for (const { pixels, labels } of [bytes.train, bytes.test]) hash.update(pixels).update(labels);
  const train = upload(bytes.train, shape);
  const test = upload(bytes.test, shape);
  const dispose = () => {
    train.dispose();
    test.dispose();
  };
  const checksum = hash.digest('hex');
  return { name, classes, shape, checksum, source, verified, train, test, dispose };
}

/** A data set still in bytes. */
interface Loaded {
  shape: [number, number, number];
  classes: string[];
  train: Samples;
  test: Samples;
  source: string;
  verified: boolean;
}

async function loadBytes(
  catalogue: Catalogue,
  folder: string,
  name: string,
  options: LoadOptions,
): Promise<Loaded> {
  if (Object.hasOwn(GENERATED, name)) return draw(name, options);
  if (!Object.hasOwn(catalogue, name)) {
    const names = namesIn(catalogue).join(', ');
    throw new DataError(`There is no data set "${name}"; the data sets are ${names}.`);
  }
  return read(catalogue, folder, name, options);
}

async function draw(name: string, options: LoadOptions): Promise<Loaded> {
  const { title, shape, classes, samples } = GENERATED[name]!;
  const { seed = 0, onProgress = () => undefined } = options;
  const train = await generate(name, 'train', options.train ?? samples.train, seed, onProgress);
  const test = await generate(name, 'test', options.test ?? samples.test, seed, onProgress);
  const source = `${title} from seed ${seed}: ${sizes(train, test)}`;
  return { shape, classes, train, test, source, verified: true };
}

async function read(
  catalogue: Catalogue,
  folder: string,
  name: string,
  options: LoadOptions,
): Promise<Loaded> {
  const entry = catalogue[name]!;
  const { seed = 0, onProgress = () => undefined } = options;
  const { unverified = process.env['UNROLLED_UNVERIFIED'] === '1' } = options;
  const origin: Origin = { folder, catalogue, unverified, onProgress };
  const stream = Stream.of(seed).fork(name);
  const whole =
    'resplit' in entry
      ? await readResplit(catalogue, entry, origin, stream)
      : await readSplits(name, entry, origin);
  const train = take(
    whole.train,
    options.train,
    stream.fork('train'),
    `training images in ${name}`,
  );
  const test = take(whole.test, options.test, stream.fork('test'), `test images in ${name}`);
  const { shape, classes } = whole.set;
  const drawn = 'resplit' in entry ? ` with seed ${seed}` : '';
  const checked = whole.verified
    ? 'published files, SHA-256 checked'
    : 'UNVERIFIED files, not the published ones';
  const source = `${entry.title}${drawn}: ${sizes(train, test)}; ${checked}`;
  return { shape, classes, train, test, source, verified: whole.verified };
}

/** All of a published set. */
interface Whole {
  set: PublishedSet;
  train: Samples;
  test: Samples;
  verified: boolean;
}

async function readSplits(name: string, set: PublishedSet, origin: Origin): Promise<Whole> {
  const { samples, verified } = await readPublished(name, set, ['train', 'test'], origin);
  return { set, train: samples[0]!, test: samples[1]!, verified };
}

async function readResplit(
  catalogue: Catalogue,
  { resplit }: ResplitSet,
  origin: Origin,
  stream: Stream,
): Promise<Whole> {
  const set = catalogue[resplit.set] as PublishedSet;
  const { samples, verified } = await readPublished(resplit.set, set, [resplit.split], origin);
  const order = stream.permutation(samples[0]!.labels.length);
  return {
    set,
    train: pick(samples[0]!, order.subarray(0, resplit.train)),
    test: pick(samples[0]!, order.subarray(resplit.train)),
    verified,
  };
}

/** `count` of the samples, drawn from `stream`, or all of them in their own order. */
function take(samples: Samples, count: number | undefined, stream: Stream, what: string): Samples {
  const all = samples.labels.length;
  if (count === undefined || count === all) return samples;
  if (count > all)
    throw new DataError(`There are ${all} ${what}, fewer than the ${count} asked for.`);
  return pick(samples, stream.permutation(all).subarray(0, count));
}

function pick({ pixels, labels }: Samples, indices: Int32Array): Samples {
  const size = pixels.length / labels.length;
  const picked = new Uint8Array(indices.length * size);
  indices.forEach((from, to) =>
    picked.set(pixels.subarray(from * size, (from + 1) * size), to * size),
  );
  return { pixels: picked, labels: Uint8Array.from(indices, (from) => labels[from]!) };
}

function namesIn(catalogue: Catalogue): string[] {
  return [...Object.keys(GENERATED), ...Object.keys(catalogue)];
}

function sizes(train: Samples, test: Samples): string {
  const [trainSize, testSize] = [train, test].map(({ labels }) =>
    labels.length.toLocaleString('en-US'),
  );
  return `${trainSize} training and ${testSize} test images`;
}
