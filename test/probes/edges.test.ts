import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { Split } from '../../lib/core/data';
import { Stream } from '../../lib/core/engine';
import type { Network } from '../../lib/core/networks';
import {
  candidateWeights,
  exitScores,
  featureCorrelations,
  gateMeans,
  gateRouting,
  gateSparsities,
  hoyerSparsity,
  stageErrors,
  stateChanges,
  stateNorms,
  updateCosines,
  updatePartCosines,
  updateRatios,
} from '../../lib/core/probes';
import { kinds, net, type Kind } from '../interventions/nets';
import * as reference from './denseReference';
import { cosine, DenseReference, mean, minus, norm, tangential } from './denseReference';

beforeAll(async () => {
  await loadNative();
});

/** What is done to a net, and how many samples it sees. */
const edges: Record<string, { samples: number; change: (net: Network) => void }> = {
  'an untrained net': { samples: 23, change: () => {} },
  'one sample': { samples: 1, change: () => {} },
  'samples that are all but certain': {
    samples: 23,
    change: ({ head }) => scaled(head[0]!, 0, () => 20),
  },
  'dead units': {
    samples: 23,
    change: ({ blocks }) => blocks.forEach((block) => scaled(block, 0, (i) => Number(i % 5 !== 2))),
  },
  'a dead block': { samples: 23, change: ({ blocks }) => scaled(blocks[2]!, 0, () => 0) },
  'states of 0': { samples: 5, change: ({ stem }) => scaled(stem[1]!, 0, () => 0) },
};

/** Multiplies the entries of a layer's `weight`-th weight. */
function scaled(layer: tf.layers.Layer, weight: number, factor: (i: number) => number): void {
  const weights = layer.getWeights();
  const { shape } = weights[weight]!;
  const values = [...weights[weight]!.dataSync()].map((value, i) => value * factor(i));
  layer.setWeights(weights.map((w, i) => (i === weight ? tf.tensor(values, shape) : w)));
}

function make(kind: Kind, edge: string) {
  const { samples, change } = edges[edge]!;
  const network = net(kind, 4);
  change(network);
  const stream = Stream.of(6);
  const rows = Array.from({ length: samples }, () =>
    Array.from({ length: 7 }, () => Math.fround(stream.normal())),
  );
  const labels = rows.map((_, n) => n % 3);
  const exact = new DenseReference(kind, network);
  const traces = rows.map((row) => exact.trace(row));
  const images = tf.tensor4d(rows.flat(), [samples, 1, 1, 7]);
  const data = new Split(images, tf.tensor1d(labels, 'int32'));
  const predicted = traces.map(({ logits }) => logits.indexOf(Math.max(...logits)));
  const each = <T>(of: (trace: reference.Trace, n: number) => T) => traces.map(of);
  return { network, data, labels, predicted, exact, each };
}

/** Expects rows of these numbers, to 1e-4 of their size. */
function close(rows: readonly object[], expected: readonly object[]): void {
  expect(rows).toHaveLength(expected.length);
  rows.forEach((row, i) => expect(row).toEqual(near(expected[i]!)));
}

function near(value: unknown): unknown {
  if (typeof value === 'number') {
    return Number.isNaN(value) ? NaN : new Near(value);
  }
  if (Array.isArray(value)) return value.map(near);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, near(part)]));
}

/** Equal to any number that is near. */
class Near {
  constructor(readonly value: number) {}
  asymmetricMatch(other: unknown): boolean {
    return Math.abs(Number(other) - this.value) < 2e-5 + 1e-4 * Math.abs(this.value);
  }
  toString() {
    return `Near ${this.value}`;
  }
  toAsymmetricMatcher() {
    return `near ${this.value}`;
  }
}

describe.each(Object.keys(edges))('with %s', (edge) => {
  describe.each(kinds)('in a %s net, as in float64:', (kind) => {
    it.each(['label', 'prediction'] as const)(
      'cosines with the gradient of the %s, split by right and wrong',
      async (goal) => {
        const { network, data, labels, predicted, exact, each } = make(kind, edge);
        const rows = await updateCosines(network, data.inputs, data.labels, { goal });
        const goals = goal === 'label' ? labels : predicted;
        const expected = network.blocks.map(({ name }, i) => {
          const all = each((trace, n) => {
            const [h, next] = trace.states.slice(i, i + 2) as [number[], number[]];
            const gradient = exact.gradients(trace, goals[n]!)[i]!;
            const update = minus(next, h);
            return {
              right: predicted[n] === labels[n],
              cosine: cosine(update, gradient),
              tangential: cosine(tangential(update, h), gradient),
            };
          });
          const over = (some: typeof all) => ({
            cosine: mean(some.map((each) => each.cosine)),
            tangential: mean(some.map((each) => each.tangential)),
          });
          const [right, wrong] = [true, false].map((is) =>
            over(all.filter(({ right }) => right === is)),
          );
          return { block: name, stage: 0, ...over(all), right, wrong };
        });
        close(rows, expected);
      },
    );

    it('cosines of what is written and erased', async () => {
      const { network, data, labels, exact, each } = make(kind, edge);
      const rows = await updatePartCosines(network, data.inputs, data.labels);
      const expected = network.blocks.map(({ name }, i) => {
        const all = each((trace, n) => {
          const h = trace.states[i]!;
          const { H, T, C } = exact.termsOf(i, h);
          const gradient = exact.gradients(trace, labels[n]!)[i]!;
          const written = H.map((value, u) => value * T[u]!);
          const erased = h.map((value, u) => value * (C[u]! - 1));
          return [written, erased, tangential(written, h), tangential(erased, h)].map((part) =>
            cosine(part, gradient),
          );
        });
        const [written, erased, writtenTangential, erasedTangential] = [0, 1, 2, 3].map((part) =>
          mean(all.map((cosines) => cosines[part]!)),
        );
        return { block: name, stage: 0, written, erased, writtenTangential, erasedTangential };
      });
      close(rows, expected);
    });

    it('sizes of updates, of changes, of states and of gradients', async () => {
      const { network, data, labels, exact, each } = make(kind, edge);
      const ratios = await updateRatios(network, data.inputs);
      const norms = await stateNorms(network, data.inputs, data.labels);
      const changes = await stateChanges(network, data.inputs);
      const over = (a: number, b: number) => (b === 0 ? 0 : a / b);
      const expected = network.blocks.map((_, i) =>
        each((trace, n) => {
          const [h, next] = trace.states.slice(i, i + 2) as [number[], number[]];
          const update = minus(next, h);
          const turned = tangential(update, h);
          return {
            ratio: over(norm(update), norm(h)),
            tangential: over(norm(turned), norm(h)),
            activation: norm(next),
            gradient: norm(exact.gradients(trace, labels[n]!)[i + 1]!),
            change: norm(update),
            turned: norm(turned),
          };
        }),
      );
      const average = (i: number, key: keyof (typeof expected)[0][0]) =>
        mean(expected[i]!.map((sample) => sample[key]));
      const names = network.blocks.map(({ name }) => ({ block: name, stage: 0 }));
      const rowsOf = (...keys: ('ratio' | 'tangential' | 'activation' | 'gradient')[]) =>
        names.map((name, i) => ({
          ...name,
          ...Object.fromEntries(keys.map((key) => [key, average(i, key)])),
        }));
      close(ratios, rowsOf('ratio', 'tangential'));
      close(norms, rowsOf('activation', 'gradient'));
      const change = names.map((_, i) => average(i, 'change'));
      const sum = change.reduce((a, b) => a + b) || 1;
      const share = change.map((value) => value / sum);
      close([changes], [{ change, share, tangential: names.map((_, i) => average(i, 'turned')) }]);
    });

    it('small gradients keep their digits', async () => {
      const { network, data, labels, exact, each } = make(kind, edge);
      const rows = await stateNorms(network, data.inputs, data.labels);
      rows.forEach(({ gradient }, i) => {
        const expected = mean(each((trace, n) => norm(exact.gradients(trace, labels[n]!)[i + 1]!)));
        expect(Math.abs(gradient - expected)).toBeLessThanOrEqual(1e-4 * expected);
      });
    });

    it('errors of estimates, and the score of each exit from the stem on', async () => {
      const { network, data, labels, exact, each } = make(kind, edge);
      const names = ['stem', ...network.blocks.map(({ name }) => name)];
      const errors = names.slice(1).map((block, i) => {
        const all = each(({ states }) => minus(states[i + 1]!, states.at(-1)!));
        const [flat, units] = [all.flat(), all[0]!.map((_, u) => mean(all.map((e) => e[u]!)))];
        const deviation = Math.sqrt(mean(flat.map((e) => (e - mean(flat)) ** 2)));
        const bias = Math.sqrt(mean(units.map((m) => m * m)));
        return { block, stage: 0, mean: mean(flat), deviation, bias };
      });
      close(await stageErrors(network, data.inputs), errors);
      const exits = names.map((block, i) => {
        const all = each(({ states }, n) => {
          const logits = exact.classify(states[i]!);
          const right = Number(logits.indexOf(Math.max(...logits)) === labels[n]);
          return { right, loss: reference.lossOf(logits, labels[n]!) };
        });
        const accuracy = mean(all.map(({ right }) => right));
        return { block, stage: 0, accuracy, loss: mean(all.map(({ loss }) => loss)) };
      });
      close(await exitScores(network, data), exits);
    });

    it('gates: means, sparsities and the share of variance between classes', async () => {
      const { network, data, labels, exact, each } = make(kind, edge);
      const gates = network.blocks.map((_, i) =>
        each(({ states }) => exact.termsOf(i, states[i]!).T),
      );
      const means = gates.map((all) => columns(all).map(mean));
      close(await gateMeans(network, data.inputs), means);
      const sparsities = each((_, n) => hoyerSparsity(gates.flatMap((all) => all[n]!)));
      const { samples, ofMean } = await gateSparsities(network, data.inputs);
      close([{ samples, ofMean }], [{ samples: sparsities, ofMean: hoyerSparsity(means.flat()) }]);
      if (edge === 'one sample') return;
      const { share } = await gateRouting(network, data.inputs, data.labels, {
        classes: 3,
        shuffles: 1,
        stream: Stream.of(1),
      });
      const expected = gates.map((all) => {
        const parts = columns(all).map((gate) => {
          const ofClass = (n: number) => mean(gate.filter((_, m) => labels[m] === labels[n]));
          const between = mean(gate.map((_, n) => (ofClass(n) - mean(gate)) ** 2));
          return [between, variance(gate)] as const;
        });
        const [between, total] = [0, 1].map((i) => mean(parts.map((part) => part[i]!)));
        return total! < 1e-12 ? 0 : between! / total!;
      });
      close([{ share }], [{ share: expected }]);
    });

    it('correlations of features, and optimal weights, of those that vary', async () => {
      const { network, data, exact, each } = make(kind, edge);
      const state = (i: number) => columns(each(({ states }) => states[i]!));
      const end = state(network.blocks.length);
      const correlations = network.blocks.map(({ name }, i) => {
        const here = state(i + 1);
        const alive = here.flatMap((u, c) => (varies(u) && varies(end[c]!) ? [c] : []));
        const own = mean(alive.map((c) => correlation(here[c]!, end[c]!)));
        return { block: name, channels: alive.length, correlation: own };
      });
      const rows = await featureCorrelations(network, data.inputs);
      close(
        rows.map(({ block, channels, correlation }) => ({ block, channels, correlation })),
        correlations,
      );
      const weights = network.blocks.slice(0, -1).map(({ name }, i) => {
        const terms = each(({ states }) => exact.termsOf(i, states[i]!));
        const [a, H] = [state(i), columns(terms.map(({ H }) => H))];
        const proposals = H.map((h, c) => minus(h, a[c]!));
        const missing = end.map((A, c) => minus(A, a[c]!));
        const moving = proposals.flatMap((u, c) => (varies(u) ? [c] : []));
        const slope = (c: number) =>
          covariance(missing[c]!, proposals[c]!) / variance(proposals[c]!);
        return { block: name, optimal: moving.map(slope) };
      });
      const measured = await candidateWeights(network, data.inputs, { target: 'end' });
      close(
        measured.map(({ block, optimal }) => ({ block, optimal })),
        weights,
      );
    });
  });
});

const columns = (rows: number[][]) => rows[0]!.map((_, i) => rows.map((row) => row[i]!));
const covariance = (u: number[], v: number[]) =>
  mean(u.map((value, n) => (value - mean(u)) * (v[n]! - mean(v))));
const variance = (u: number[]) => covariance(u, u);
const correlation = (u: number[], v: number[]) =>
  covariance(u, v) / Math.sqrt(variance(u) * variance(v));
const varies = (u: number[]) => variance(u) > 1e-9 * mean(u.map((value) => value ** 2));
