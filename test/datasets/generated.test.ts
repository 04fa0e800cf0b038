import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { generate, GENERATED } from '../../lib/datasets/generated';
import { upload } from '../../lib/datasets/upload';
import { TEXTURES } from '../../lib/datasets/textures';
import { selectBackend } from '../../lib/backends';
import { Stream } from '../../lib/core/engine';

const nothing = () => undefined;

describe.each([
  ['glyphs', 'cf9f1811844b6ef6c5b0a63555587dcae4e0d82a804845dbfdaf1918ab9f72f7'],
  ['textures', '683227aceba956a5215668f4d9947127e23ca01756490800d8199b8157f3d76d'],
])('%s', (name, sha256) => {
  test('are the same bytes on every machine', async () => {
    const { pixels, labels } = await generate(name, 'train', 200, 1, nothing);
    expect(createHash('sha256').update(pixels).update(labels).digest('hex')).toBe(sha256);
  });

  test('keep their first images when more are asked for', async () => {
    const few = await generate(name, 'test', 15, 7, nothing);
    const many = await generate(name, 'test', 40, 7, nothing);
    expect(Buffer.compare(many.pixels.subarray(0, few.pixels.length), few.pixels)).toBe(0);
    expect([...many.labels.subarray(0, 15)]).toEqual([...few.labels]);
  });

  test('differ between seeds, between training and test, and from image to image', async () => {
    const sets = [
      await generate(name, 'train', 50, 1, nothing),
      await generate(name, 'train', 50, 2, nothing),
      await generate(name, 'test', 50, 1, nothing),
    ];
    const size = sets[0]!.pixels.length / 50;
    const images = sets.flatMap(({ pixels }) =>
      Array.from({ length: 50 }, (_, i) =>
        Buffer.from(pixels.subarray(i * size, (i + 1) * size)).toString('latin1'),
      ),
    );
    expect(new Set(images).size).toBe(150);
  });

  test('have as many images of each class', async () => {
    const { classes } = GENERATED[name]!;
    const { labels } = await generate(name, 'train', 3 * classes.length, 1, nothing);
    const counts = classes.map((_, c) => labels.filter((label) => label === c).length);
    expect(counts).toEqual(Array(classes.length).fill(3));
  });
});

/** Test accuracy of a net of `layers` after `epochs` on 4,000 images of the set, batches of 64, Adam. */
async function accuracy(
  name: string,
  layers: tf.layers.Layer[],
  epochs: number,
  rate: number,
): Promise<number> {
  const { shape } = GENERATED[name]!;
  const train = upload(await generate(name, 'train', 4000, 1, nothing), shape);
  const test = upload(await generate(name, 'test', 1000, 1, nothing), shape);
  const model = tf.sequential({ layers });
  const optimizer = tf.train.adam(rate);
  const logits = (images: tf.Tensor) => model.apply(images.sub(0.5).mul(4)) as tf.Tensor2D;
  const stream = Stream.of(1);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { inputs, labels } of train.batches(64, stream.fork(epoch))) {
      tf.tidy(() => {
        const targets = tf.oneHot(labels, 10);
        optimizer.minimize(() => tf.losses.softmaxCrossEntropy(targets, logits(inputs)).asScalar());
      });
    }
  }
  const right = tf.tidy(
    () => logits(test.inputs).argMax(1).equal(test.labels).mean().dataSync()[0]!,
  );
  train.dispose();
  test.dispose();
  model.dispose();
  return right;
}

async function meanColours(
  split: 'train' | 'test',
  count: number,
): Promise<{ colour: number[]; label: number }[]> {
  const { pixels, labels } = await generate('textures', split, count, 1, nothing);
  return Array.from(labels, (label, i) => {
    const colour = [0, 0, 0];
    for (let p = 0; p < 3072; p++) colour[p % 3]! += pixels[i * 3072 + p]! / 1024;
    return { colour, label };
  });
}

const dense = (units: number) =>
  tf.layers.dense({ units, kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) });

const conv = (filters: number, kernelSize: number, strides: number) =>
  tf.layers.conv2d({
    filters,
    kernelSize,
    strides,
    activation: 'relu',
    kernelInitializer: tf.initializers.heNormal({ seed: filters }),
  });

/** A stream that notes what is drawn from it, as shares of the range asked for. */
function noting(stream: Stream): { stream: Stream; draws: number[] } {
  const draws: number[] = [];
  const note = (share: number) => draws.push(share);
  return {
    draws,
    stream: Object.assign(Object.create(stream) as Stream, {
      uniform: (low = 0, high = 1) => {
        const value = stream.uniform(low, high);
        note((value - low) / (high - low));
        return value;
      },
      integer: (n: number) => {
        const value = stream.integer(n);
        note((value + 0.5) / n);
        return value;
      },
    }),
  };
}

/**
 * What the first `count` training images were drawn from but their class: all draws but those for the
 * noise of pixels, and but those that the class has a say in, the first `own(label)`.
 */
function freeDraws(
  name: string,
  count: number,
  own: (label: number) => number,
  free: number,
): { draws: number[]; label: number }[] {
  const { shape, draw } = GENERATED[name]!;
  const from = Stream.of(1).fork(name).fork('train');
  const pixels = new Uint8Array(shape[0] * shape[1] * shape[2]);
  return Array.from({ length: count }, (_, i) => {
    const label = i % 10;
    const { stream, draws } = noting(from.fork(i));
    draw(label, stream, pixels);
    return { draws: draws.slice(own(label), own(label) + free), label };
  });
}

/** Test accuracy of naive Bayes over each draw in 16 bins, for the label modulo `classes`. */
function guessed(
  train: { draws: number[]; label: number }[],
  test: { draws: number[]; label: number }[],
  classes: number,
): number {
  const bin = (share: number) => Math.min(15, Math.floor(16 * share));
  const counts = Array.from({ length: classes }, () =>
    train[0]!.draws.map(() => new Array<number>(16).fill(1)),
  );
  for (const { draws, label } of train) {
    draws.forEach((x, d) => counts[label % classes]![d]![bin(x)]!++);
  }
  const right = test.filter(({ draws, label }) => {
    const score = counts.map((own) =>
      draws.reduce((sum, x, d) => sum + Math.log(own[d]![bin(x)]!), 0),
    );
    return score.indexOf(Math.max(...score)) === label % classes;
  });
  return right.length / test.length;
}

describe.each([
  // the way to write a digit comes first and has another range for each
  ['glyphs', () => 1, 2 * 25 + 6 + 1],
  // the lattice of the blobs comes first; then period, turn, place, sign, and the colours, but for the noise
  ['textures', (label: number) => (TEXTURES[label] === 'blobs' ? 144 : 0), 4 + 1 + 6],
])('%s', (name, own, free) => {
  const images = freeDraws(name, 6000, own, free);
  const held = (_: unknown, i: number) => Math.floor(i / 10) % 3 === 0;
  const train = images.filter((image, i) => !held(image, i));
  const test = images.filter(held);

  it.each([10, 5, 2])(
    'hide the class, modulo %s, in nothing else than its figure: what else is drawn stays at chance',
    (classes) => {
      const chance = 1 / classes;
      const deviation = Math.sqrt((chance * (1 - chance)) / test.length);
      expect(guessed(train, test, classes)).toBeLessThan(chance + 4 * deviation);
    },
  );
});

describe('how hard the sets are', () => {
  beforeAll(async () => {
    await selectBackend();
  });

  const glyph = tf.layers.inputLayer({ inputShape: [28, 28, 1] });
  const texture = tf.layers.inputLayer({ inputShape: [32, 32, 3] });

  test('glyphs: a linear model learns, but stays well under 95 %', async () => {
    const reached = await accuracy('glyphs', [glyph, tf.layers.flatten(), dense(10)], 10, 1e-3);
    expect(reached).toBeGreaterThan(0.8);
    expect(reached).toBeLessThan(0.93);
  });

  test('glyphs: a small convolutional net gets above 95 %', async () => {
    const net = [glyph, conv(16, 5, 2), conv(32, 3, 2), tf.layers.flatten(), dense(10)];
    expect(await accuracy('glyphs', net, 6, 2e-3)).toBeGreaterThan(0.95);
  });

  test('textures: the mean colour says nothing of the class to its nearest neighbours', async () => {
    const [train, test] = await Promise.all([
      meanColours('train', 4000),
      meanColours('test', 1000),
    ]);
    const distance = (a: number[], b: number[]) =>
      a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0);
    const right = test.filter(({ colour, label }) => {
      const nearest = train.reduce((best, other) =>
        distance(colour, other.colour) < distance(colour, best.colour) ? other : best,
      );
      return nearest.label === label;
    });
    expect(right.length / test.length).toBeLessThan(0.15);
  });

  test('textures: a linear model of the pixels stays near chance', async () => {
    const net = [texture, tf.layers.flatten(), dense(10)];
    expect(await accuracy('textures', net, 3, 1e-3)).toBeLessThan(0.25);
  });

  test('textures: a small convolutional net sees the shapes', async () => {
    const pool = tf.layers.globalAveragePooling2d({});
    const net = [texture, conv(16, 5, 2), conv(32, 3, 2), conv(64, 3, 1), pool, dense(10)];
    expect(await accuracy('textures', net, 5, 3e-3)).toBeGreaterThan(0.7);
  });
});
