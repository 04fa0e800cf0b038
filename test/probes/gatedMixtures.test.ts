import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';
import { highwayNet, resNet, type Network } from '../../lib/core/networks';
import {
  updatePartCosines,
  candidateWeights,
  updateCosines,
  updateRatios,
} from '../../lib/core/probes';

const samples = 40;
const blocks = 4;
let net: Network;
let images: tf.Tensor2D;
let labels: tf.Tensor1D;

beforeAll(async () => {
  await loadNative();
  const stream = Stream.of(5);
  const shape = { inputs: 6, width: 5, depth: blocks + 1, classes: 3 };
  net = highwayNet({ ...shape, transformBias: -1, activation: 'tanh', stream });
  const pixels = Float32Array.from({ length: samples * 6 }, () => stream.normal());
  images = tf.tensor2d(pixels, [samples, 6]);
  labels = tf.tensor1d(
    Int32Array.from({ length: samples }, () => stream.integer(3)),
    'int32',
  );
});

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const covariance = (x: number[], y: number[]) =>
  mean(x.map((value, i) => (value - mean(x)) * (y[i]! - mean(y))));

/** Candidate, input and gate of block `i`, and both targets, by sample and unit. */
function values(i: number) {
  return tf.tidy(() => {
    const through = (state: tf.Tensor, from: number) =>
      net.blocks.slice(from).reduce((a, block) => block.apply(a) as tf.Tensor, state);
    const a = net.blocks
      .slice(0, i)
      .reduce((a, block) => block.apply(a) as tf.Tensor, net.embed(images));
    const { candidate, transform } = net.blocks[i]!.parts(a);
    const list = (x: tf.Tensor) => (x as tf.Tensor2D).arraySync();
    const [end, without] = [list(through(a, i)), list(through(a, i + 1))];
    return { H: list(candidate), a: list(a), T: list(transform), end, without };
  });
}

const column = (rows: number[][], unit: number) => rows.map((row) => row[unit]!);
const minus = (x: number[], y: number[]) => x.map((value, i) => value - y[i]!);

it.each(['end', 'without'] as const)(
  'the optimal weight is (v_a - c) / (v_H + v_a - 2 c) of the errors about the target "%s"',
  async (target) => {
    const rows = await candidateWeights(net, images, { target });
    expect(rows.map(({ block }) => block)).toEqual(net.blocks.slice(0, -1).map(({ name }) => name));
    for (const [i, { gate, optimal }] of rows.entries()) {
      const v = values(i);
      for (const unit of [0, 1, 2, 3, 4]) {
        const A = column(v[target], unit);
        const [eH, ea] = [minus(column(v.H, unit), A), minus(column(v.a, unit), A)];
        const [vH, va, c] = [covariance(eH, eH), covariance(ea, ea), covariance(eH, ea)];
        expect(optimal[unit]).toBeCloseTo((va - c) / (vH + va - 2 * c), 3);
        expect(gate[unit]).toBeCloseTo(mean(column(v.T, unit)), 5);
      }
    }
  },
);

it('no other weight leaves an error of less variance', async () => {
  const [row] = await candidateWeights(net, images, { target: 'without' });
  const { H, a, without } = values(0);
  for (const [unit, best] of row!.optimal.entries()) {
    const left = (alpha: number) => {
      const [h, x, A] = [H, a, without].map((rows) => column(rows, unit));
      const error = h!.map((value, i) => alpha * value + (1 - alpha) * x![i]! - A![i]!);
      return covariance(error, error);
    };
    expect(left(best)).toBeLessThan(Math.min(left(best - 0.05), left(best + 0.05)));
  }
});

it('open and shut are slopes over the samples whose gate is above and below its mean', async () => {
  const [row] = await candidateWeights(net, images, { target: 'without' });
  const { H, a, T, without } = values(0);
  const slope = (isIn: (gate: number, average: number) => boolean) => {
    const sums = [0, 1, 2, 3, 4].map((unit) => {
      const gates = column(T, unit);
      const some = gates.flatMap((gate, n) => (isIn(gate, mean(gates)) ? [n] : []));
      const pick = (rows: number[][]) => some.map((n) => rows[n]![unit]!);
      const proposal = minus(pick(H), pick(a));
      const missing = minus(pick(without), pick(a));
      return [proposal, missing].map((x) => some.length * covariance(proposal, x));
    });
    return mean(sums.map(([, c]) => c!)) / mean(sums.map(([v]) => v!));
  };
  expect(row!.open).toBeCloseTo(
    slope((gate, average) => gate > average),
    3,
  );
  expect(row!.shut).toBeCloseTo(
    slope((gate, average) => gate <= average),
    3,
  );
});

it('a channel whose proposal never varies has no optimal weight', async () => {
  const constant = tf.zeros<tf.Rank.R2>([samples, 6]);
  const [row] = await candidateWeights(net, constant, { target: 'end' });
  expect(row).toMatchObject({ gate: [], optimal: [] });
  constant.dispose();
});

it('what is written and what is erased make up the update', async () => {
  const rows = await updatePartCosines(net, images, labels, { batchSize: 1 });
  const first = tf.slice(images, 0, 1);
  const [single] = await updatePartCosines(net, first, tf.slice(labels, 0, 1));
  const [update] = await updateCosines(net, first, tf.slice(labels, 0, 1));
  const [size] = await updateRatios(net, first);
  const { H, a, T } = values(0);
  const length = Math.hypot(...a[0]!);
  const written = Math.hypot(...H[0]!.map((h, unit) => h * T[0]![unit]!));
  const erased = Math.hypot(...a[0]!.map((x, unit) => x * T[0]![unit]!));
  expect(single!.written * written + single!.erased * erased).toBeCloseTo(
    update!.cosine * size!.ratio * length,
    4,
  );
  expect(rows).toHaveLength(blocks);
  const all = await updatePartCosines(net, images, labels);
  all.forEach((row, i) => expect(row.written).toBeCloseTo(rows[i]!.written, 4));
  first.dispose();
});

it('blocks of a convolutional net that change the shape have no row, and nothing is left behind', async () => {
  const conv = resNet({
    inputs: [6, 6, 1],
    classes: 3,
    widths: [2, 3],
    blocks: 2,
    preActivation: true,
    stream: Stream.of(2),
  });
  const pictures = tf.reshape(tf.tile(images, [1, 6]), [samples, 6, 6, 1]);
  const before = tf.memory().numTensors;
  const weights = await candidateWeights(conv, pictures, { target: 'end' });
  const cosines = await updatePartCosines(conv, pictures, labels);
  expect(tf.memory().numTensors).toBe(before);
  expect(weights.map(({ block }) => block)).toEqual(['residual_1_01']);
  expect(cosines.map(({ block }) => block)).toEqual([
    'residual_1_01',
    'residual_1_02',
    'residual_2_02',
  ]);
  expect(cosines.map(({ erased }) => erased)).toEqual([0, 0, 0]);
  pictures.dispose();
});
