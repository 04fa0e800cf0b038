import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A file as its publisher made it. */
export interface CatalogueFile {
  name: string;
  /** The publisher's address or the most reliable one first, then mirrors. */
  urls: string[];
  bytes: number;
  sha256: string;
}

/** A set made of published files. */
export interface PublishedSet {
  title: string;
  /** `idx`: a pair of gzip IDX files a split; `cifar-10`, `cifar-100`: binary records in a tar.gz. */
  format: 'idx' | 'cifar-10' | 'cifar-100';
  /** [height, width, channels]. */
  shape: [number, number, number];
  /** Names of the classes in the order of their labels. */
  classes: string[];
  /** Number of images in each split. */
  samples: { train: number; test: number };
  files: CatalogueFile[];
  /** What each split is read from: names of files, or of entries in the archive. */
  members: { train: string[]; test: string[] };
  licence: string;
  citation: string;
}

/** One split of a published set, split again at random. */
export interface ResplitSet {
  title: string;
  resplit: { set: string; split: 'train' | 'test'; train: number; test: number };
}

/** The sets by name, as data/catalogue.json lists them. */
export type Catalogue = Record<string, PublishedSet | ResplitSet>;

/** The project's folder: the nearest one above this file that holds data/catalogue.json. */
function projectFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'data', 'catalogue.json'))) {
    if (folder === dirname(folder)) {
      throw new Error(`data/catalogue.json is in no folder above ${__dirname}.`);
    }
    folder = dirname(folder);
  }
  return folder;
}

/** Reads data/catalogue.json. */
export function readCatalogue(): Catalogue {
  const path = join(projectFolder(), 'data', 'catalogue.json');
  return JSON.parse(readFileSync(path, 'utf8')) as Catalogue;
}

/**
 * The folder that data is read from and downloaded to: data/cache, or the one that the environment
 * variable UNROLLED_DATA names; a relative path starts at the project's folder.
 */
export function dataFolder(): string {
  return resolve(projectFolder(), process.env['UNROLLED_DATA'] || 'data/cache');
}
