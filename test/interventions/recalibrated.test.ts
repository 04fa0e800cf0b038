import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { Split } from '../../lib/core/data';
import { compile, Stream } from '../../lib/core/engine';
import {
  evaluate,
  lesion,
  lesionSweep,
  recalibrated,
  repeat,
  rewire,
  scale,
  shuffle,
  sweep,
  truncate,
  type Score,
} from '../../lib/core/interventions';
import { shortcutOf } from '../../lib/core/interventions/bypass';
import { settle } from '../../lib/core/interventions/calibrate';
import { recalibratedTogether } from '../../lib/core/interventions/recalibrated';
import { BatchNorm, PlainDense } from '../../lib/core/layers';
import { Network, plainConvNet, resNet } from '../../lib/core/networks';
import { updateCosines, updateRatios } from '../../lib/core/probes';
import { convFamilies, makeConvCase, randomImage, toTensor } from '../layers/convCases';
import { activate, carried } from '../layers/convReference';
import { distance, logits, net as denseNet, inputs as denseInputs } from './nets';

beforeAll(async () => {
  await loadNative();
});

const shape = { inputs: [8, 8, 1], classes: 3, widths: [2, 4], blocks: 3 } as const;
const residual = (seed = 1) => disturbed(resNet({ ...shape, stream: Stream.of(seed) }), seed);
const projected = () =>
  disturbed(resNet({ ...shape, shortcut: 'projection', stream: Stream.of(4) }), 4);

/** The network with other moving statistics, gamma and beta than it starts with. */
function disturbed(network: Network, seed: number): Network {
  const stream = Stream.of(seed);
  for (const weight of [...network.statistics, ...network.variables]) {
    if (weight.rank !== 1) continue;
    const values = Float32Array.from({ length: weight.size }, () => stream.uniform(0.5, 1.5));
    tf.tidy(() => weight.assign(tf.tensor1d(values)));
  }
  return network;
}

function pictures(count: number, seed = 7): tf.Tensor4D {
  const stream = Stream.of(seed);
  const values = Float32Array.from({ length: count * 64 }, () => stream.normal(0.3, 2));
  return tf.tensor4d(values, [count, 8, 8, 1]);
}

function labelled(count: number): Split {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  return new Split(pictures(count, 9), tf.tensor1d(labels, 'int32'));
}

/** Logits by the statistics of the batch, which is all of x; the moving ones are put back. */
function inTraining(network: Network, x: tf.Tensor): number[] {
  const kept = network.statistics.map((statistic) => statistic.clone());
  const values = tf.tidy(() => [...network.logits(x, { training: true }).dataSync()]);
  network.statistics.forEach((statistic, i) => statistic.assign(kept[i]!));
  tf.dispose(kept);
  return values;
}

describe('statistics, against float64', () => {
  it.each(convFamilies)('of a %s block are those of what comes to each norm', async (family) => {
    const { layer, reference } = makeConvCase(family, 3);
    const x = randomImage(Stream.of(8), [5, 4, 4, 2]);
    const whole = toTensor(x);
    for (const sizes of [[5], [2, 3], [1, 1, 2, 1]]) {
      const settled = await settle(layer, tf.split(whole, sizes));
      const expected = reference(x, true).values;
      const own = tf.concat(settled.after);
      const again = settled.layer.apply(whole) as tf.Tensor;
      expect(distance([...own.dataSync()], expected)).toBeLessThan(2e-5);
      expect(distance([...again.dataSync()], expected)).toBeLessThan(2e-5);
    }
  });

  it('of the shortcut that a lesion leaves are those of the projection', async () => {
    const { layer, weights } = makeConvCase('post-activation, projected', 3);
    const x = randomImage(Stream.of(8), [5, 4, 4, 2]);
    const kind = { filters: 3, strides: 2, shortcut: 'projection' } as const;
    const expected = activate(carried(x, weights, kind, true), 'relu').values;
    const settled = await settle(shortcutOf(layer), tf.split(toTensor(x), [2, 3]));
    expect(distance([...tf.concat(settled.after).dataSync()], expected)).toBeLessThan(2e-5);
  });

  it('of a stem and a head: normalized values have mean beta and deviation gamma', async () => {
    const bare = new Network({
      inputShape: [3],
      stem: [new BatchNorm({ name: 'norm', epsilon: 0 })],
      stages: [],
      head: [],
    });
    const rows = [
      [1, 5, -2],
      [2, 9, -2.5],
      [6, 1, 4],
    ];
    const x = tf.tensor2d(rows);
    const values = (await recalibrated(bare, x)).logits(x).arraySync();
    [0, 1, 2].forEach((c) => {
      const column = rows.map((row) => row[c]!);
      const mean = column.reduce((a, b) => a + b) / 3;
      const deviation = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 3);
      values.forEach((row, n) => expect(row[c]).toBeCloseTo((column[n]! - mean) / deviation, 5));
    });
  });
});

describe('recalibrated', () => {
  const alterations: Record<string, (net: Network) => Network> = {
    intact: (net) => net,
    lesion: (net) => lesion(net, 1, 4),
    shuffle: (net) => shuffle(net, 3, Stream.of(1)),
    truncate: (net) => truncate(net, [2, 1]),
    repeat: (net) => repeat(net, 2, 3),
    scale: (net) => scale(net, 4, 0.3),
  };

  it.each(Object.keys(alterations))(
    'gives a network (%s) the statistics of what it sees: as in training on all at once',
    async (name) => {
      for (const make of [residual, projected]) {
        const [original, x] = [make(), pictures(12)];
        const altered = alterations[name]!(original);
        const before = logits(altered, x);
        const expected = inTraining(altered, x);
        const result = await recalibrated(altered, x);
        expect(distance(logits(result, x), expected)).toBeLessThan(1e-4);
        expect(distance(before, expected)).toBeGreaterThan(1e-2);
        expect(logits(altered, x)).toEqual(before);
        expect(distance(logits(await recalibrated(result, x), x), expected)).toBeLessThan(1e-4);
      }
    },
  );

  it('is of the inputs given, not of those it is run on', async () => {
    const [original, x] = [residual(), pictures(12)];
    const result = await recalibrated(original, x);
    const rows = tf.tidy(() => result.logits(tf.slice(x, 3, 1)).arraySync()[0]!);
    expect(distance(rows, inTraining(original, x).slice(9, 12))).toBeLessThan(1e-4);
  });

  it('can be altered once more, a block that changes the shape keeping its new shortcut', async () => {
    const [original, x] = [projected(), pictures(12)];
    const result = await recalibrated(original, x);
    const cut = lesion(result, 'residual_2_01');
    const by = (network: Network) => {
      const [place] = network.stages[1]!;
      return tf.tidy(() => {
        const state = tf.relu(tf.randomNormal([3, 8, 8, 2], 0, 1, 'float32', 1));
        return [...place!.shortcut!(state).dataSync()];
      });
    };
    expect(by(cut)).toEqual(by(result));
    expect(distance(by(cut), by(original))).toBeGreaterThan(1e-2);
  });

  it('shares weights with the network, and its blocks have their own terms', async () => {
    const original = residual();
    const data = labelled(12);
    const result = await recalibrated(original, data.inputs);
    expect(result.variables).toEqual(original.variables);
    const state = result.embed(data.inputs);
    const { candidate, transform, carry, output } = result.blocks[0]!.parts(state);
    const sum = tf.relu(tf.add(tf.mul(candidate, transform), tf.mul(state, carry)));
    expect(distance([...sum.dataSync()], [...output.dataSync()])).toBeLessThan(1e-5);
    const after = result.blocks[0]!.apply(state) as tf.Tensor;
    expect(distance([...after.dataSync()], [...output.dataSync()])).toBeLessThan(1e-5);
    expect(await updateRatios(result, data.inputs)).toHaveLength(6);
    expect(await updateCosines(result, data.inputs, data.labels)).toHaveLength(5);
  });

  it.each([{}, { statistics: false, parameters: false }])(
    'gives each application of shared convolutions, unshared %j, statistics of its own',
    async (unshared) => {
      const sharing = { ...unshared, applications: 2 };
      const make = () => resNet({ ...shape, sharing, stream: Stream.of(5) });
      const [original, x] = [disturbed(make(), 5), pictures(12)];
      const expected = inTraining(original, x);
      expect(distance(logits(await recalibrated(original, x), x), expected)).toBeLessThan(1e-4);
    },
  );

  it('keeps its statistics in a recorded graph, call after call', async () => {
    const [original, x] = [residual(), pictures(12)];
    const result = await recalibrated(original, x);
    const expected = logits(result, x);
    const run = compile((inputs: tf.Tensor) => result.logits(inputs));
    const calls = [1, 2, 3].map(() => [...run(x).dataSync()]);
    calls.forEach((values) => expect(distance(values, expected)).toBeLessThan(1e-5));
    run.dispose();
  });

  it('leaves no tensor behind, also when it fails on the way', async () => {
    const [original, x] = [residual(), pictures(5)];
    const before = tf.memory().numTensors;
    const cut = [0, 1, 2].map((i) => lesion(original, i));
    await recalibratedTogether([original, ...cut], x);
    expect(tf.memory().numTensors).toBe(before);
    const broken = rewire(original, [
      [0, 1, 2],
      [3, 4, 5],
    ]);
    let calls = 0;
    broken.blocks[4]!.setCallHook(() => {
      if (++calls > 1) throw new Error('broken');
    });
    await expect(recalibrated(broken, x)).rejects.toThrow('broken');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('at the edges', () => {
  it('one sample is enough', async () => {
    const [original, x] = [residual(), pictures(1)];
    const result = logits(await recalibrated(original, x), x);
    expect(distance(result, inTraining(original, x))).toBeLessThan(1e-4);
  });

  it('a channel that never varies comes out as beta', async () => {
    const original = new Network({
      inputShape: [2],
      stem: [new BatchNorm({ name: 'norm' })],
      stages: [],
      head: [],
    });
    original.variables[1]!.assign(tf.tensor1d([0.5, 0.25]));
    const x = tf.tensor2d([
      [3, 1],
      [3, 2],
    ]);
    const rows = (await recalibrated(original, x)).logits(x).arraySync();
    rows.forEach(([dead]) => expect(dead).toBeCloseTo(0.5, 3));
    expect(rows[0]![1]).not.toBeCloseTo(0.25, 1);
  });

  it('a network without batch norm stays as it is, as another network', async () => {
    const [original, x] = [denseNet('highway'), denseInputs()];
    const result = await recalibrated(original, x);
    expect(result).not.toBe(original);
    expect(result.blocks).toEqual(original.blocks);
    expect(logits(result, x)).toEqual(logits(original, x));
  });

  it("tfjs's own batch norm is refused by name, and so are no inputs", async () => {
    const foreign = new Network({
      inputShape: [2],
      stem: [
        tf.layers.batchNormalization({ name: 'foreign' }),
        new PlainDense({ name: 'out', units: 2 }),
      ],
      stages: [],
      head: [],
    });
    await expect(recalibrated(foreign, tf.zeros([3, 2]))).rejects.toThrow('"foreign" is tf.layers');
    await expect(recalibrated(residual(), tf.zeros([0, 8, 8, 1]))).rejects.toThrow('no inputs');
  });
});

describe('a sweep that recalibrates', () => {
  it('scores each network as it is recalibrated alone', async () => {
    for (const original of [residual(), plainConvNet({ ...shape, stream: Stream.of(2) })]) {
      const data = labelled(40);
      const train = pictures(12);
      const { intact, lesions } = await lesionSweep(original, data, { recalibrateOn: train });
      const alone = async (network: Network) => evaluate(await recalibrated(network, train), data);
      const close = async ({ accuracy, loss }: Score, network: Network) => {
        const expected = await alone(network);
        expect(distance([accuracy, loss], [expected.accuracy, expected.loss])).toBeLessThan(1e-5);
      };
      await close(intact, original);
      for (const score of lesions) await close(score, lesion(original, score.block));
    }
  });

  it('runs what networks begin with once', async () => {
    const [original, x] = [residual(), pictures(6)];
    const [whole, cut] = await recalibratedTogether([original, lesion(original, 4)], x);
    expect(whole!.blocks.slice(0, 4)).toEqual(cut!.blocks.slice(0, 4));
    whole!.blocks.slice(0, 4).forEach((block, i) => expect(cut!.blocks[i]).toBe(block));
    expect(cut!.blocks[4]).not.toBe(whole!.blocks[5]);
  });

  it('leaves the moving statistics as they were', async () => {
    const original = residual();
    const values = () => original.statistics.map((statistic) => [...statistic.dataSync()]);
    const before = values();
    await sweep([original, lesion(original, 2)], labelled(9), { recalibrateOn: pictures(12) });
    expect(values()).toEqual(before);
  });
});
