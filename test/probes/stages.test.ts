import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { Stream } from '../../lib/core/engine';
import { highwayConvNet, resNet, type Network } from '../../lib/core/networks';
import { stageErrors, stageErrorVariances, twinErrors } from '../../lib/core/probes';
import { ridge } from '../../lib/core/probes/ridge';
import { kinds, net, type Kind } from '../interventions/nets';
import { DenseReference, mean } from './denseReference';

beforeAll(async () => {
  await loadNative();
});

function samples(count: number, seed = 3): number[][] {
  const stream = Stream.of(seed);
  const row = () => Array.from({ length: 7 }, () => Math.fround(stream.normal()));
  return Array.from({ length: count }, row);
}

const images = (rows: number[][]) => tf.tensor4d(rows.flat(), [rows.length, 1, 1, 7]);
const statesOf = (kind: Kind, network: Network, rows: number[][]) => {
  const exact = new DenseReference(kind, network);
  return rows.map((row) => exact.trace(row).states);
};

function permutations(items: number[]): number[][] {
  if (items.length < 2) return [items];
  return items.flatMap((first, i) =>
    permutations(items.filter((_, j) => j !== i)).map((rest) => [first, ...rest]),
  );
}

describe.each(kinds)('in a %s net', (kind) => {
  it.each([1, 29])(
    'error variances of %d samples are those of the states, and the mean over all orders of updates',
    async (count) => {
      const [network, rows] = [net(kind, 4), samples(count)];
      const all = statesOf(kind, network, rows);
      const variance = (errors: number[]) => mean(errors.map((e) => (e - mean(errors)) ** 2));
      const after = (k: number, order: number[]) =>
        variance(
          all.flatMap((states) =>
            states[0]!.map((_, unit) =>
              order.slice(k).reduce((sum, j) => sum - states[j + 1]![unit]! + states[j]![unit]!, 0),
            ),
          ),
        );
      const orders = permutations([0, 1, 2, 3]);
      const result = await stageErrorVariances(network, images(rows), { batchSize: 8 });
      expect(result.map(({ block }) => block)).toEqual([
        'stem',
        ...network.blocks.map(({ name }) => name),
      ]);
      result.forEach(({ variance, shuffled }, k) => {
        expect(variance).toBeCloseTo(after(k, [0, 1, 2, 3]), 5);
        expect(shuffled).toBeCloseTo(mean(orders.map((order) => after(k, order))), 5);
      });
      const errors = await stageErrors(network, images(rows));
      errors.forEach(({ deviation }, k) => {
        expect(result[k + 1]!.variance).toBeCloseTo(deviation ** 2, 5);
      });
    },
  );

  it("a twin's end is told as by the ridge regression of the states", async () => {
    const [network, twin] = [net(kind, 3, 1), net(kind, 3, 2)];
    const [fit, test] = [samples(60, 4), samples(25, 5)];
    const given = [fit, test].map((rows) => statesOf(kind, network, rows));
    const sought = [fit, test].map((rows) => statesOf(kind, twin, rows));
    const rows = await twinErrors(network, twin, images(test), {
      fitOn: images(fit),
      penalty: 0.01,
      batchSize: 16,
    });
    expect(rows.map(({ block }) => block)).toEqual([
      'stem',
      ...network.blocks.map(({ name }) => name),
    ]);
    rows.forEach(({ left }, k) => {
      const a = given.map((all) => all.map((states) => states[k]!));
      const B = sought.map((all) => all.map((states) => states.at(-1)!));
      expect(left).toBeCloseTo(leftBy(a, B, 0.01), 4);
    });
  });
});

/** The share of variance that a ridge map leaves, its equations solved by elimination. */
function leftBy([a, A]: number[][][], [b, B]: number[][][], penalty: number): number {
  const average = (rows: number[][]) => rows[0]!.map((_, i) => mean(rows.map((row) => row[i]!)));
  const [ma, mb] = [average(a!), average(b!)];
  const centred = (rows: number[][], by: number[]) => rows.map((r) => r.map((v, i) => v - by[i]!));
  const [x, y] = [centred(a!, ma), centred(b!, mb)];
  const covariance = (i: number, of: number[][], e: number) =>
    mean(x.map((row, n) => row[i]! * of[n]![e]!));
  const variance = mean(ma.map((_, i) => covariance(i, x, i)));
  const equations = ma.map((_, i) => [
    ...ma.map((_, j) => covariance(i, x, j) + (i === j ? penalty * variance : 0)),
    ...mb.map((_, e) => covariance(i, y, e)),
  ]);
  equations.forEach((pivot, i) => {
    const scale = pivot[i]!;
    pivot.forEach((_, j) => (pivot[j]! /= scale));
    equations.forEach((row, other) => {
      const factor = row[i]!;
      if (other !== i) row.forEach((_, j) => (row[j]! -= factor * pivot[j]!));
    });
  });
  const map = (row: number[], e: number) =>
    row.reduce((sum, v, i) => sum + v * equations[i]![ma.length + e]!, 0);
  const [given, goals] = [centred(A!, ma), centred(B!, mb)];
  const squares = (rows: number[][]) => rows.flat().reduce((sum, v) => sum + v * v, 0);
  const missed = goals.map((goal, n) => goal.map((v, e) => v - map(given[n]!, e)));
  return squares(missed) / squares(goals);
}

describe('at the edges', () => {
  it('ridge solves its equations, also where columns are equal or 0', () => {
    const xx = [
      [2, 2, 0],
      [2, 2, 0],
      [0, 0, 0],
    ];
    const W = ridge(xx, [[1], [1], [0]], 0.5);
    [1, 1, 0].forEach((goal, i) => {
      const value = xx[i]!.reduce((sum, v, j) => sum + v * W[j]![0]!, 0.5 * W[i]![0]!);
      expect(value).toBeCloseTo(goal, 12);
    });
  });

  it('a net tells its own end, and nothing is told of one that does not vary', async () => {
    const network = net('highway', 3);
    const [fit, test] = [images(samples(60, 4)), images(samples(25, 5))];
    const own = await twinErrors(network, network, test, { fitOn: fit, penalty: 1e-6 });
    expect(own.at(-1)!.left).toBeLessThan(1e-4);
    expect(own[0]!.left).toBeGreaterThan(own.at(-1)!.left);
    const one = images(samples(1));
    const none = await twinErrors(network, network, one, { fitOn: one });
    expect(none.every(({ left }) => Number.isNaN(left))).toBe(true);
    await expect(twinErrors(network, network, test, { fitOn: fit, penalty: 0 })).rejects.toThrow(
      'above 0',
    );
  });

  it('channels are the variables of convolutional states, and sizes must fit', async () => {
    const shape = { inputs: [6, 6, 1], classes: 3, widths: [2, 3], blocks: 2 } as const;
    const make = (seed: number) => resNet({ ...shape, stream: Stream.of(seed) });
    const pictures = tf.randomNormal([9, 6, 6, 1], 0, 1, 'float32', 1);
    const rows = await twinErrors(make(1), make(2), pictures, { fitOn: pictures });
    const variances = await stageErrorVariances(make(1), pictures);
    for (const named of [rows, variances]) {
      expect(named.map(({ block, stage }) => `${stage} ${block}`)).toEqual([
        '0 stem',
        '0 residual_1_01',
        '0 residual_1_02',
        '1 residual_2_01',
        '1 residual_2_02',
      ]);
    }
    expect(rows.every(({ left }) => left > 0 && left < 1)).toBe(true);
    const other = highwayConvNet({
      inputs: [6, 6, 1],
      classes: 3,
      stages: [{ filters: 2, blocks: 1, pooling: { size: 2, strides: 2 } }],
      head: { kind: 'mean', filters: 2 },
      transformBias: -1,
      stream: Stream.of(1),
    });
    await expect(twinErrors(make(1), other, pictures, { fitOn: pictures })).rejects.toThrow(
      /Stage [01] ends in/,
    );
  });
});
