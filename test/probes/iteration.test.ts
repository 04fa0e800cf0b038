import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Split } from '../../lib/core/data';
import { upload } from '../../lib/datasets/upload';
import { softmaxCrossEntropy, Stream } from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';
import { rewire } from '../../lib/core/interventions';
import { Network, plainConvNet, plainNet, resNet } from '../../lib/core/networks';
import {
  exitScores,
  featureCorrelations,
  stageErrors,
  stateNorms,
  updateCosines,
  updateRatios,
  weightGradients,
} from '../../lib/core/probes';
import { net, twoStages } from '../interventions/nets';
import { tangential } from './denseReference';
import { Reference } from './reference';

const samples = 11;

beforeAll(async () => {
  await loadNative();
});

/** Random images with random labels. */
function data(shape: [number, number, number], classes: number): Split {
  const stream = Stream.of(9);
  const size = tf.util.sizeFromShape(shape);
  const pixels = Uint8Array.from({ length: samples * size }, () => stream.integer(256));
  const labels = Uint8Array.from({ length: samples }, () => stream.integer(classes));
  return upload({ pixels, labels }, shape);
}

const conv = { inputs: [6, 6, 1], widths: [2, 3], blocks: 2, classes: 3 } as const;

/** Nets of each kind, with the samples they take. */
const cases: Record<string, () => { net: Network; data: Split }> = {
  plain: () => ({ net: net('plain'), data: data([1, 1, 7], 3) }),
  highway: () => ({ net: net('highway'), data: data([1, 1, 7], 3) }),
  residual: () => ({ net: net('residual'), data: data([1, 1, 7], 3) }),
  'residual of two stages': () => ({ net: twoStages(), data: data([1, 1, 7], 3) }),
  'convolutional residual': () => ({
    net: resNet({ ...conv, stream: Stream.of(2) }),
    data: data([6, 6, 1], 3),
  }),
  'pre-activation residual': () => ({
    net: resNet({ ...conv, preActivation: true, stream: Stream.of(2) }),
    data: data([6, 6, 1], 3),
  }),
};
const kinds = Object.keys(cases);

/** The state of each sample before the first block and after each, `[state][sample][unit]`. */
function states(net: Network, images: tf.Tensor): number[][][] {
  return tf.tidy(() => {
    let state = net.embed(images);
    const all = [state, ...net.blocks.map((block) => (state = block.apply(state) as tf.Tensor))];
    return all.map((h) => tf.reshape<tf.Rank.R2>(h, [samples, -1]).arraySync());
  });
}

/** The last axis of each state. */
function channelsOf(net: Network, images: tf.Tensor): number[] {
  return tf.tidy(() => {
    let state = net.embed(images);
    const all = [state, ...net.blocks.map((block) => (state = block.apply(state) as tf.Tensor))];
    return all.map(({ shape }) => shape.at(-1)!);
  });
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const norm = (values: number[]) => Math.hypot(...values);
const minus = (a: number[], b: number[]) => a.map((value, i) => value - b[i]!);

/** Each block with its index, and the index of the state that ends its stage. */
function places(net: Network) {
  let end = 0;
  return net.stages.flatMap((blocks, stage) => {
    const first = end + 1;
    end += blocks.length;
    return blocks.map((block, i) => ({ block, stage, at: first + i, end }));
  });
}

describe.each(kinds)('in a %s net', (kind) => {
  it('stage errors are those of the states, in float64', async () => {
    const { net, data } = cases[kind]!();
    const all = states(net, data.inputs);
    const expected = places(net).map(({ block, stage, at, end }) => {
      const errors = all[at]!.map((state, n) => minus(state, all[end]![n]!));
      const flat = errors.flat();
      const units = errors[0]!.map((_, i) => mean(errors.map((e) => e[i]!)));
      return {
        block: block.name,
        stage,
        mean: mean(flat),
        deviation: Math.sqrt(mean(flat.map((e) => (e - mean(flat)) ** 2))),
        bias: Math.sqrt(mean(units.map((m) => m * m))),
      };
    });
    close(await stageErrors(net, data.inputs, { batchSize: 4 }), expected);
    close(await stageErrors(net, data.inputs), expected);
  });

  it('update ratios are those of what a lesion takes away', async () => {
    const { net, data } = cases[kind]!();
    const all = states(net, data.inputs);
    const rows = await updateRatios(net, data.inputs, { batchSize: 4 });
    const expected = places(net).map(({ block, stage, at }) => {
      const carried = tf.tidy(() => {
        const before = net.blocks
          .slice(0, at - 1)
          .reduce((h, b) => b.apply(h) as tf.Tensor, net.embed(data.inputs));
        const same = all[at]![0]!.length === all[at - 1]![0]!.length;
        const shortcut = block as unknown as { shortcut(x: tf.Tensor): tf.Tensor };
        const kept = same ? before : shortcut.shortcut(before);
        return tf.reshape<tf.Rank.R2>(kept, [samples, -1]).arraySync();
      });
      const both = all[at]!.map((state, n) => {
        const update = minus(state, carried[n]!);
        const size = norm(all[at - 1]![n]!);
        return { ratio: norm(update) / size, turned: norm(tangential(update, carried[n]!)) / size };
      });
      const [ratio, turned] = [mean(both.map((b) => b.ratio)), mean(both.map((b) => b.turned))];
      return { block: block.name, stage, ratio, tangential: turned };
    });
    close(rows, expected);
  });

  it("the classifier's score after each block of the last stage is that of its states", async () => {
    const { net, data } = cases[kind]!();
    const rows = await exitScores(net, data);
    const labels = [...data.labels.dataSync()];
    const all = places(net);
    const last = all.filter(({ stage }) => stage === net.stages.length - 1);
    const before = { block: { name: 'stem' }, stage: last[0]!.stage, at: 0 };
    const exits = net.stages.length === 1 ? [before, ...last] : last;
    const expected = exits.map(({ block, stage, at }) => {
      const logits = tf.tidy(() => {
        const state = net.blocks
          .slice(0, at)
          .reduce((h, b) => b.apply(h) as tf.Tensor, net.embed(data.inputs));
        return net.classify(state).arraySync();
      });
      const right = logits.map((row, n) => Number(row.indexOf(Math.max(...row)) === labels[n]));
      const losses = logits.map(
        (row, n) => Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[labels[n]!]!,
      );
      return { block: block.name, stage, accuracy: mean(right), loss: mean(losses) };
    });
    close(rows, expected);
  });

  it("features are compared with the stage's end channel by channel, in float64", async () => {
    const { net, data } = cases[kind]!();
    const [all, channels] = [states(net, data.inputs), channelsOf(net, data.inputs)];
    const columns = (state: number) => {
      const [values, count] = [all[state]!.flat(), channels[state]!];
      return Array.from({ length: count }, (_, c) => values.filter((_, i) => i % count === c));
    };
    const expected = places(net).map(({ block, stage, at, end }) => {
      const [here, there] = [columns(at), columns(end)];
      const alive = here.flatMap((u, c) => (deviates(u) && deviates(there[c]!) ? [c] : []));
      const r = alive.map((c) => alive.map((d) => pearson(here[c]!, there[d]!)));
      const others = r.flatMap((row, c) => row.filter((_, d) => c !== d));
      const best = r.map((row) => {
        const sizes = row.map(Math.abs);
        return sizes.indexOf(Math.max(...sizes));
      });
      return {
        block: block.name,
        stage,
        correlation: mean(r.map((row, c) => row[c]!)),
        others: mean(others),
        matched: mean(best.map((d, c) => Number(c === d))),
        channels: alive.length,
      };
    });
    const rows = await featureCorrelations(net, data.inputs, { batchSize: 4 });
    close(rows, expected);
    expect(rows.at(-1)!.correlation).toBeCloseTo(1, 6);
    expect(rows.at(-1)!.matched).toBe(1);
  });
});

describe('gradients, against differences of a float64 net', () => {
  const make = () => {
    const network = net('residual', 4);
    const samples = data([1, 1, 7], 3);
    return { network, samples, reference: new Reference(network, samples) };
  };

  it('by states: cosines with the updates, and norms', async () => {
    const { network, samples: split, reference } = make();
    const cosines = await updateCosines(network, split.inputs, split.labels, { batchSize: 4 });
    const norms = await stateNorms(network, split.inputs, split.labels, { batchSize: 4 });
    network.blocks.forEach(({ name }, block) => {
      const each = Array.from({ length: samples }, (_, n) => {
        const states = reference.states(n);
        const update = minus(states[block + 1]!, states[block]!);
        const gradient = reference.gradient(n, block);
        const dot = update.reduce((sum, u, i) => sum + u * gradient[i]!, 0);
        return {
          cosine: dot / norm(update) / norm(gradient),
          activation: norm(states[block + 1]!),
          gradient: norm(reference.gradient(n, block + 1)),
        };
      });
      const average = (key: keyof (typeof each)[0]) => mean(each.map((row) => row[key]));
      expect(cosines[block]!.block).toBe(name);
      expect(cosines[block]!.cosine).toBeCloseTo(average('cosine'), 4);
      expect(norms[block]!.activation).toBeCloseTo(average('activation'), 4);
      expect(norms[block]!.gradient).toBeCloseTo(average('gradient'), 5);
    });
  });

  it('by weights: norm and mean magnitude by layer', async () => {
    const { network, samples: split, reference } = make();
    const rows = await weightGradients(network, split.inputs, split.labels, { batchSize: 4 });
    expect(rows.map(({ layer }) => layer)).toEqual([
      'stem',
      ...network.blocks.map(({ name }) => name),
      'logits',
    ]);
    network.blocks.forEach((_, block) => {
      const gradient = reference.weightGradient(block);
      const { norm: size, magnitude } = rows[block + 1]!;
      expect(size).toBeCloseTo(norm(gradient), 5);
      expect(magnitude).toBeCloseTo(mean(gradient.map(Math.abs)), 6);
    });
  });
});

describe('norms as in a step of training', () => {
  const make = () => {
    const network = resNet({ ...conv, preActivation: true, stream: Stream.of(2) });
    return { network, split: data([6, 6, 1], 3) };
  };
  const training = { training: true };

  it('are those by the statistics of the batch, which is all samples', async () => {
    const { network, split } = make();
    const rows = await stateNorms(network, split.inputs, split.labels, training);
    let state = network.embed(split.inputs, training);
    const activations = network.blocks.map((block) => {
      state = block.apply(state, { ...training }) as tf.Tensor;
      return mean(tf.reshape<tf.Rank.R2>(state, [samples, -1]).arraySync().map(norm));
    });
    rows.forEach(({ activation }, i) => expect(activation).toBeCloseTo(activations[i]!, 4));
    const ofHead = tf.grad((last: tf.Tensor) =>
      tf.mul(softmaxCrossEntropy(split.labels, network.classify(last, training)), samples),
    )(state);
    const last = mean(tf.reshape<tf.Rank.R2>(ofHead, [samples, -1]).arraySync().map(norm));
    expect(rows.at(-1)!.gradient).toBeCloseTo(last, 5);
  });

  it('leave the moving statistics as they were', async () => {
    const { network, split } = make();
    const values = () => network.statistics.map((statistic) => [...statistic.dataSync()]);
    const before = values();
    const tensors = tf.memory().numTensors;
    await stateNorms(network, split.inputs, split.labels, training);
    expect(values()).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
    const wrong = tf.fill<tf.Rank.R1>([split.labels.size], 99, 'int32');
    await expect(stateNorms(network, split.inputs, wrong, training)).rejects.toThrow();
    expect(values()).toEqual(before);
  });
});

describe('blocks that change the shape', () => {
  it('have a ratio by their shortcut, no cosine, and none of both without a shortcut', async () => {
    const split = data([6, 6, 1], 3);
    const names = (rows: { block: string }[]) => rows.map(({ block }) => block);
    const residual = resNet({ ...conv, stream: Stream.of(2) });
    const plain = plainConvNet({ ...conv, stream: Stream.of(2) });
    const all = residual.blocks.map(({ name }) => name);
    expect(names(await updateRatios(residual, split.inputs))).toEqual(all);
    expect(names(await updateCosines(residual, split.inputs, split.labels))).toEqual(
      all.filter((name) => name !== 'residual_2_01'),
    );
    const kept = plain.blocks.map(({ name }) => name).filter((name) => name !== 'plain_2_01');
    expect(names(await updateRatios(plain, split.inputs))).toEqual(kept);
  });
});

it('the first exit of a later stage of one shape is the end of the stage before', async () => {
  const whole = net('residual', 4);
  const { stem, head, blocks } = whole;
  const split = new Network({
    inputShape: [1, 1, 7],
    stem: [...stem],
    stages: [blocks.slice(0, 2), blocks.slice(2)],
    head: [...head],
  });
  const rows = await exitScores(split, data([1, 1, 7], 3));
  expect(rows.map(({ block, stage }) => `${stage} ${block}`)).toEqual([
    '1 residual_02',
    '1 residual_03',
    '1 residual_04',
  ]);
  const all = await exitScores(whole, data([1, 1, 7], 3));
  rows.forEach(({ loss }, i) => expect(loss).toBeCloseTo(all[i + 2]!.loss, 5));
});

describe('features that do not vary', () => {
  it('are left out and counted', async () => {
    const network = plainNet({
      inputs: [1, 1, 7],
      width: 5,
      depth: 3,
      classes: 3,
      stream: Stream.of(1),
    });
    for (const block of network.blocks) {
      const [kernel, bias] = block.getWeights() as [tf.Tensor2D, tf.Tensor1D];
      const dead = tf.tensor2d([1, 1, 1, 1, 0], [1, 5]);
      block.setWeights([tf.mul(kernel, dead), tf.add(bias, tf.tensor1d([1, 1, 1, 1, 0]))]);
    }
    const rows = await featureCorrelations(network, data([1, 1, 7], 3).inputs);
    expect(rows.every(({ channels }) => channels <= 4)).toBe(true);
    expect(rows.at(-1)!.channels).toBeGreaterThan(1);
    expect(rows.at(-1)!.correlation).toBeCloseTo(1, 6);
  });
});

it('a net without blocks is refused', async () => {
  const { inputs: images } = data([1, 1, 7], 3);
  const bare = rewire(net('plain'), [[]]);
  await expect(stageErrors(bare, images)).rejects.toThrow('A net without blocks');
});

it('labels that do not fit the images are refused with both numbers', async () => {
  const split = data([1, 1, 7], 3);
  const labels = tf.slice(split.labels, 0, 4);
  const message = 'There are 11 samples, but 4 labels.';
  await expect(updateCosines(net('plain'), split.inputs, labels)).rejects.toThrow(message);
  await expect(stateNorms(net('plain'), split.inputs, labels)).rejects.toThrow(message);
  await expect(weightGradients(net('plain'), split.inputs, labels)).rejects.toThrow(message);
});

/** Expects equal rows, numbers to 1e-4 of their size. */
function close(rows: object[], expected: object[]): void {
  expect(rows).toHaveLength(expected.length);
  rows.forEach((row, i) => {
    expect(Object.keys(row)).toEqual(Object.keys(expected[i]!));
    for (const [key, value] of Object.entries(row)) {
      const other = (expected[i] as Record<string, unknown>)[key];
      if (typeof value !== 'number') expect(value).toBe(other);
      else {
        const difference = Math.abs(value - Number(other));
        const message = `${key} of row ${i}: ${value}, expected ${String(other)}`;
        expect(difference, message).toBeLessThan(1e-5 + 1e-4 * Math.abs(value));
      }
    }
  });
}

function deviates(values: number[]): boolean {
  return values.some((value) => Math.abs(value - values[0]!) > 1e-6);
}

function pearson(u: number[], v: number[]): number {
  const [du, dv] = [u, v].map((x) => x.map((value) => value - mean(x)));
  return du!.reduce((sum, d, i) => sum + d * dv![i]!, 0) / norm(du!) / norm(dv!);
}
