import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../backends/project';

/** A file as its publisher made it. */
export interface CatalogueFile {
  name: string;
  /** The publisher's address or the most reliable one first, then mirrors. */
  urls: string[];
  bytes: number;
  sha256: string;
  /** The same of what is in it once it is decompressed, where that is known. */
  contents?: { bytes: number; sha256: string };
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

/** Reads data/catalogue.json. */
export function readCatalogue(): Catalogue {
  const path = join(projectFolder(), 'data', 'catalogue.json');
  return JSON.parse(readFileSync(path, 'utf8')) as Catalogue;
}
