import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { selectBackend } from '../../lib/backends';
import { Stream } from '../../lib/core/engine';
import { augment, type Augmentation } from '../../lib/training';

beforeAll(async () => void (await selectBackend()));

/** 60 copies of an image [4, 5, 2] whose values are all different. */
const copies = () =>
  tf.tidy(() => tf.tile(tf.reshape<tf.Rank.R4>(tf.range(1, 41), [1, 4, 5, 2]), [60, 1, 1, 1]));

function vary(augmentation: Augmentation, seed = 1): number[][][][] {
  return tf.tidy(() => augment(copies(), augmentation, Stream.of(seed)).arraySync());
}

/** The image moved by `down` and `right`, zeros moving in. */
function moved(image: number[][][], down: number, right: number): number[][][] {
  return image.map((row, r) => row.map((_, c) => image[r - down]?.[c - right] ?? [0, 0]));
}

it('leaves images alone when told to do nothing', () => {
  expect(vary({})).toEqual(tf.tidy(() => copies().arraySync()));
});

it('gives every image mirrored or moved as said, and each variation there is', () => {
  const [image] = tf.tidy(() => copies().arraySync());
  const mirrored = image!.map((row) => [...row].reverse());
  const offsets = [-1, 0, 1];
  const possible = [image!, mirrored].flatMap((version) =>
    offsets.flatMap((down) => offsets.map((right) => JSON.stringify(moved(version, down, right)))),
  );
  const seen = new Set(
    [1, 2, 3, 4]
      .flatMap((seed) => vary({ flip: true, shift: 1 }, seed))
      .map((x) => JSON.stringify(x)),
  );
  expect([...seen].sort()).toEqual([...possible].sort());
});

it('only mirrors, or only moves, when told so', () => {
  const count = (augmentation: Augmentation) =>
    new Set(vary(augmentation).map((image) => JSON.stringify(image))).size;
  expect(count({ flip: true })).toBe(2);
  expect(count({ shift: 1 })).toBe(9);
});

it.each([1.5, -1, NaN])('a shift of %s is refused: it is no whole number of pixels', (shift) => {
  expect(() => vary({ shift })).toThrow(
    `augmentation.shift is a whole number of pixels, not ${shift}.`,
  );
});

it('inputs that are no images are refused with their shape and the way out', () => {
  const vectors = tf.zeros([2, 40]) as unknown as tf.Tensor4D;
  expect(() => augment(vectors, { flip: true }, Stream.of(1))).toThrow(
    'Images are varied, [batch, height, width, channels], not inputs of shape [2, 40]: leave the augmentation out.',
  );
  vectors.dispose();
});

it('draws the same for the same stream, something else for another, and leaves no tensor', () => {
  const augmentation = { flip: true, shift: 2 };
  expect(vary(augmentation, 7)).toEqual(vary(augmentation, 7));
  expect(vary(augmentation, 7)).not.toEqual(vary(augmentation, 8));
  const before = tf.memory().numTensors;
  vary(augmentation);
  expect(tf.memory().numTensors).toBe(before);
});
