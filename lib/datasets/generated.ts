import { setImmediate } from 'node:timers/promises';
import { Stream } from 'unrolled-core';
import type { LoadProgress } from './download';
import { drawGlyph, GLYPHS } from './glyphs';
import type { Samples } from './idx';
import { paintTexture, TEXTURES } from './textures';

/** A set that is drawn, not downloaded. */
export interface GeneratedSet {
  title: string;
  shape: [number, number, number];
  classes: string[];
  /** Number of images when the caller asks for no other. */
  samples: { train: number; test: number };
  draw: (label: number, stream: Stream, pixels: Uint8Array) => void;
}

/** The sets that are drawn, by name. */
export const GENERATED: Record<string, GeneratedSet> = {
  glyphs: {
    title: 'glyphs, digits drawn by this library',
    shape: [28, 28, 1],
    classes: GLYPHS,
    samples: { train: 4000, test: 1000 },
    draw: drawGlyph,
  },
  textures: {
    title: 'textures, patterns painted by this library',
    shape: [32, 32, 3],
    classes: TEXTURES,
    samples: { train: 4000, test: 1000 },
    draw: paintTexture,
  },
};

/** Images drawn between two looks at the event loop. */
const CHUNK = 500;

/**
 * Draws the first `count` images of a split. Image i has label i mod (number of classes) and
 * depends on `name`, `seed`, `split` and i alone, whatever the count.
 */
export async function generate(
  name: string,
  split: 'train' | 'test',
  count: number,
  seed: number,
  onProgress: (progress: LoadProgress) => void,
): Promise<Samples> {
  const { shape, classes, draw } = GENERATED[name]!;
  const size = shape[0] * shape[1] * shape[2];
  const pixels = new Uint8Array(count * size);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes.length);
  const stream = Stream.of(seed).fork(name).fork(split);
  for (let i = 0; i < count; i++) {
    draw(labels[i]!, stream.fork(i), pixels.subarray(i * size, (i + 1) * size));
    if ((i + 1) % CHUNK === 0 || i + 1 === count) {
      onProgress({ task: `drawing ${name}, ${split}`, done: i + 1, total: count });
      await setImmediate();
    }
  }
  return { pixels, labels };
}
