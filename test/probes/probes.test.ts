import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';
import {
  highwayConvNet,
  highwayNet,
  plainNet,
  residualNet,
  resNet,
  type Network,
} from '../../lib/core/networks';
import {
  stateChanges,
  gateRouting,
  gateSparsities,
  hoyerSparsity,
  gateMeans,
  sampleActivity,
  gateBiases,
} from '../../lib/core/probes';

const classes = 3;
const samples = 31;
const shape = { inputs: [2, 3, 1], width: 4, depth: 6, classes };
const blocks = 5;

let net: Network;
let images: tf.Tensor4D;
let labels: tf.Tensor1D;
let first: tf.Tensor;

/** Images whose first pixel tells the class. */
function makeImages(of: number[], stream: Stream): tf.Tensor4D {
  const pixels = of.flatMap((label) => [
    3 * label - 3,
    ...Array.from({ length: 5 }, () => stream.normal()),
  ]);
  return tf.tensor4d(pixels, [of.length, 2, 3, 1]);
}

beforeAll(async () => {
  await loadNative();
  net = highwayNet({ ...shape, transformBias: -1, activation: 'tanh', stream: Stream.of(3) });
  const own = Array.from({ length: samples }, (_, i) => i % classes);
  images = makeImages(own, Stream.of(4));
  labels = tf.tensor1d(own, 'int32');
  first = tf.slice(images, 0, 1);
});

afterAll(() => tf.dispose([images, labels, first]));

/** Block by block, one sample at a time: `[sample][block][unit]`. */
function oneByOne(
  of: (parts: { transform: tf.Tensor; update: tf.Tensor }) => tf.Tensor,
  [seen, inputs] = [net, images],
): number[][][] {
  return Array.from({ length: samples }, (_, n) =>
    tf.tidy(() => {
      let state = seen.embed(tf.slice(inputs, n, 1));
      return seen.blocks.map((block) => {
        const parts = block.parts(state);
        state = parts.output;
        return [...of(parts).dataSync()];
      });
    }),
  );
}

function expectRows(actual: number[][], expected: number[][], digits = 5) {
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  actual.forEach((row, l) =>
    row.forEach((v, i) => expect(v).toBeCloseTo(expected[l]![i]!, digits)),
  );
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('gateMeans', () => {
  it('is the mean of what each block reports, however the samples are batched', async () => {
    const gates = oneByOne(({ transform }) => transform);
    const expected = gates[0]!.map((row, l) =>
      row.map((_, i) => mean(gates.map((g) => g[l]![i]!))),
    );
    for (const batchSize of [1, 7, 500]) {
      expectRows(await gateMeans(net, images, { batchSize }), expected);
    }
  });

  it('is 1 in residual and plain nets', async () => {
    for (const other of [
      residualNet({ ...shape, stream: Stream.of(1) }),
      plainNet({ ...shape, stream: Stream.of(1) }),
    ]) {
      expect(new Set((await gateMeans(other, images)).flat())).toEqual(new Set([1]));
    }
  });
});

describe('sampleActivity', () => {
  it('has the gates of the sample, and states that lead from the stem to the logits', async () => {
    const image = tf.slice(images, 5, 1);
    const { gates, states } = await sampleActivity(net, image);
    expectRows(gates, oneByOne(({ transform }) => transform)[5]!);
    expect(states).toHaveLength(blocks + 1);
    expectRows([states[0]!], [[...net.embed(image).dataSync()]]);
    const logits = net.classify(tf.tensor2d([states.at(-1)!]));
    expectRows([[...logits.dataSync()]], [[...net.logits(image).dataSync()]]);
  });

  it('refuses several samples', async () => {
    await expect(sampleActivity(net, images)).rejects.toThrow(
      'one sample, not 31: shape [31, 2, 3, 1]',
    );
  });
});

describe('gateBiases', () => {
  it('are where they were put', async () => {
    expect(await gateBiases(net)).toEqual(new Array(blocks).fill([-1, -1, -1, -1]));
  });

  it('names a block that has none', async () => {
    const plain = plainNet({ ...shape, stream: Stream.of(1) });
    await expect(gateBiases(plain)).rejects.toThrow('The block "plain_01" has no transform bias.');
  });
});

describe('the gates of convolutional nets, of stages that differ in shape', () => {
  const build = () =>
    highwayConvNet({
      inputs: [4, 6, 1],
      classes,
      stages: [
        { filters: 2, blocks: 2 },
        { filters: 3, blocks: 1, pooling: { size: 2, strides: 2 } },
      ],
      head: { kind: 'mean', filters: 4 },
      transformBias: -1,
      stream: Stream.of(3),
    });
  const sizes = [4 * 6 * 2, 4 * 6 * 2, 2 * 3 * 3];
  const pictures = () =>
    tf.tensor4d(
      Array.from({ length: samples * 24 }, (_, i) => Math.sin(i * i)),
      [samples, 4, 6, 1],
    );
  const isHighway = (block: tf.layers.Layer) => block.getClassName() === 'HighwayConv';

  it('are those of each position and channel, block by block', async () => {
    const [net, images] = [build(), pictures()];
    const own = (rows: number[][]) => rows.filter((_, i) => isHighway(net.blocks[i]!));
    const each = oneByOne(({ transform }) => transform, [net, images]).map(own);
    const means = sizes.map((size, l) =>
      Array.from({ length: size }, (_, i) => mean(each.map((gates) => gates[l]![i]!))),
    );
    expectRows(own(await gateMeans(net, images, { batchSize: 7 })), means);
    const { gates } = await sampleActivity(net, tf.slice(images, 2, 1));
    expectRows(own(gates), each[2]!);
    const sparsity = await gateSparsities(net, images);
    expect(sparsity.samples[2]).toBeCloseTo(hoyerSparsity(gates.flat()), 5);
    const routing = await gateRouting(net, images, labels, { classes, stream: Stream.of(1) });
    const byClass = own(routing.byClass[1]!);
    const ofClass = each.filter((_, n) => n % classes === 1);
    expect(byClass[2]![5]).toBeCloseTo(mean(ofClass.map((g) => g[2]![5]!)) - means[2]![5]!, 5);
  });

  it('have biases by channel', async () => {
    const net = highwayConvNet({
      inputs: [4, 6, 1],
      classes,
      stages: [{ filters: 2, blocks: 2 }],
      head: { kind: 'mean', filters: 4 },
      transformBias: -1,
      stream: Stream.of(3),
    });
    expect(await gateBiases(net)).toEqual([
      [-1, -1],
      [-1, -1],
    ]);
  });
});

describe('stateChanges', () => {
  it('is the mean length of each update, and its share of all', async () => {
    const updates = oneByOne(({ update }) => update);
    const expected = updates[0]!.map((_, l) => mean(updates.map((u) => Math.hypot(...u[l]!))));
    const { change, share } = await stateChanges(net, images, { batchSize: 8 });
    expectRows([change], [expected]);
    const total = expected.reduce((a, b) => a + b);
    expectRows([share], [expected.map((value) => value / total)]);
  });

  it('takes the length of a convolutional update over rows, columns and channels', async () => {
    const conv = { inputs: [6, 6, 1], widths: [2], blocks: 2, classes } as const;
    const stream = Stream.of(3);
    const pixels = Array.from({ length: samples * 36 }, () => stream.normal());
    const pictures = tf.tensor4d(pixels, [samples, 6, 6, 1]);
    const wide = resNet({ ...conv, preActivation: true, stream: Stream.of(2) });
    let state = wide.embed(pictures);
    const expected = wide.blocks.map((block) => {
      const { update, output } = block.parts(state);
      state = output;
      return mean(
        (tf.reshape(update, [samples, -1]).arraySync() as number[][]).map((u) => Math.hypot(...u)),
      );
    });
    const { change } = await stateChanges(wide, pictures, { batchSize: 8 });
    expectRows([change], [expected]);
  });

  it('is 0, not NaN, where every gate is shut', async () => {
    const shut = highwayNet({ ...shape, transformBias: -1e4, stream: Stream.of(1) });
    const nothing = new Array<number>(blocks).fill(0);
    expect(await stateChanges(shut, images)).toEqual({
      change: nothing,
      share: nothing,
      tangential: nothing,
    });
  });
});

describe('gateSparsities', () => {
  it("is the measure of each sample's gates, and of their mean", async () => {
    const gates = oneByOne(({ transform }) => transform).map((rows) => rows.flat());
    const result = await gateSparsities(net, images, { batchSize: 7 });
    expectRows([result.samples], [gates.map(hoyerSparsity)]);
    const overall = gates[0]!.map((_, i) => mean(gates.map((row) => row[i]!)));
    expect(result.ofMean).toBeCloseTo(hoyerSparsity(overall), 5);
  });
});

describe('gateRouting', () => {
  const options = () => ({ classes, shuffles: 30, stream: Stream.of(8), batchSize: 8 });

  it('is the between-class variance of the gates', async () => {
    const gates = oneByOne(({ transform }) => transform);
    const { byClass, variance, total, share } = await gateRouting(net, images, labels, options());
    const of = (l: number, i: number, label?: number) =>
      mean(
        gates.filter((_, n) => label === undefined || n % classes === label).map((g) => g[l]![i]!),
      );
    byClass.forEach((rows, c) =>
      expectRows(
        rows,
        rows.map((row, l) => row.map((_, i) => of(l, i, c) - of(l, i))),
      ),
    );
    const counts = [11, 10, 10];
    const expected = gates[0]!.map((row, l) =>
      mean(
        row.map((_, i) =>
          counts.reduce((s, n, c) => s + (n / samples) * (of(l, i, c) - of(l, i)) ** 2, 0),
        ),
      ),
    );
    expectRows([variance], [expected], 6);
    const all = gates[0]!.map((row, l) =>
      mean(row.map((_, i) => mean(gates.map((g) => (g[l]![i]! - of(l, i)) ** 2)))),
    );
    expectRows([total], [all], 6);
    expectRows([share], [expected.map((part, l) => part / all[l]!)], 4);
  });

  it('puts all variance between classes where samples of one are alike, and none where no gate varies', async () => {
    const byClass = Array.from({ length: samples }, (_, i) => i % classes);
    const alike = tf.tidy(() => tf.gather(images, tf.tensor1d(byClass, 'int32')));
    const { share, total } = await gateRouting(net, alike, labels, options());
    share.forEach((value) => expect(value).toBeCloseTo(1, 5));
    expect(Math.min(...total)).toBeGreaterThan(0);
    const one = tf.tidy(() => tf.tile(first, [samples, 1, 1, 1]));
    const still = await gateRouting(net, one, labels, options());
    const nothing = new Array<number>(blocks).fill(0);
    expect(still.share).toEqual(nothing);
    expectRows([still.total, still.variance], [nothing, nothing], 9);
    tf.dispose([alike, one]);
  });

  it('tells labels that the gates follow from shuffled ones', async () => {
    const { variance, shuffled } = await gateRouting(net, images, labels, options());
    expect(shuffled).toHaveLength(30);
    expect(shuffled.every((control) => mean(control) < mean(variance))).toBe(true);
  });

  it('finds nothing in labels that have nothing to do with the images', async () => {
    const order = Stream.of(99).permutation(samples);
    const random = tf.tensor1d(
      Array.from(order, (n) => n % classes),
      'int32',
    );
    const { variance, shuffled } = await gateRouting(net, images, random, options());
    const above = shuffled.filter((control) => mean(control) >= mean(variance)).length;
    expect(above).toBeGreaterThan(0);
  });

  it('says what is wrong with labels', async () => {
    const few = tf.tensor1d([0, 1, 2], 'int32');
    await expect(gateRouting(net, images, few, options())).rejects.toThrow(
      '31 samples, but 3 labels',
    );
    await expect(gateRouting(net, images, labels, { ...options(), classes: 4 })).rejects.toThrow(
      'The class 3 has no sample among the 31.',
    );
    await expect(gateRouting(net, images, labels, { ...options(), classes: 2 })).rejects.toThrow(
      'The label 2 is none of 2 classes.',
    );
  });
});

it('an empty set, and a batch of none, are refused', async () => {
  await expect(gateMeans(net, tf.zeros([0, 2, 3, 1]))).rejects.toThrow('no samples');
  await expect(gateMeans(net, images, { batchSize: 0 })).rejects.toThrow(
    'batchSize is a positive integer, not 0.',
  );
});
