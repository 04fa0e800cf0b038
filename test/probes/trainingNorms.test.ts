import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { Stream } from '../../lib/core/engine';
import { resNet } from '../../lib/core/networks';
import { stateNorms } from '../../lib/core/probes';
import { residual, type ConvWeights, type Image } from '../layers/convReference';
import { lossOf, mean, norm } from './denseReference';

beforeAll(async () => {
  await loadNative();
});

const [side, widths, classes] = [4, [2, 3], 3];
const naive = { applications: 2, statistics: false, parameters: false };

/** Norms of states and of the loss's gradients by them, by central differences in float64. */
function expected(net: ReturnType<typeof resNet>, first: Image, labels: number[]) {
  const all = net.blocks.map((block) => weightsOf(block));
  const shared = all.map((weights, i) => (Object.keys(weights).length > 0 ? weights : all[i - 1]!));
  const kinds = net.blocks.map(({ name }) => ({
    filters: widths[Number(name.includes('_2_'))]!,
    strides: name.endsWith('2_01') ? 2 : 1,
  }));
  const [kernel, bias] = net.head
    .at(-1)!
    .getWeights()
    .map((weight) => [...weight.dataSync()]);
  const after = (from: number, x: Image) =>
    kinds
      .slice(from)
      .reduce<Image[]>(
        (states, kind, i) => [...states, residual(states.at(-1)!, shared[from + i]!, kind, true)],
        [x],
      );
  const loss = (from: number, x: Image) => {
    const { shape, values } = after(from, x).at(-1)!;
    const [samples, height, width, channels] = shape;
    const positions = height * width;
    const pooled = (n: number, c: number) =>
      mean(
        Array.from({ length: positions }, (_, i) => values[(n * positions + i) * channels + c]!),
      );
    return Array.from({ length: samples }, (_, n) => {
      const logits = bias!.map((b, k) =>
        Array.from({ length: channels }, (_, c) => pooled(n, c) * kernel![c * classes + k]!).reduce(
          (sum, part) => sum + part,
          b,
        ),
      );
      return lossOf(logits, labels[n]!);
    }).reduce((a, b) => a + b);
  };
  return after(0, first)
    .slice(1)
    .map((state, i) => {
      const gradient = state.values.map((value, u) => {
        const shifted = (by: number) => {
          const values = state.values.map((v, other) => (other === u ? value + by : v));
          return loss(i + 1, { shape: state.shape, values });
        };
        return (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
      });
      const bySample = (values: number[]) => {
        const size = values.length / labels.length;
        return mean(labels.map((_, n) => norm(values.slice(n * size, (n + 1) * size))));
      };
      return { activation: bySample(state.values), gradient: bySample(gradient) };
    });
}

/** A layer's own weights by name. */
function weightsOf(layer: tf.layers.Layer): ConvWeights {
  return Object.fromEntries(
    layer.weights.map(({ originalName }, i) => [
      originalName.split('/').at(-1)!,
      [...layer.getWeights()[i]!.dataSync()],
    ]),
  );
}

describe.each([
  ['a residual net', undefined],
  ['a net that shares all of a block', naive],
])('as in a step of training, in %s', (_, sharing) => {
  it.each([4, 1])(
    'norms of %d samples are those by the statistics of the batch',
    async (samples) => {
      const net = resNet({
        inputs: [side, side, 1],
        classes,
        widths,
        blocks: 3,
        ...(sharing && { sharing }),
        stream: Stream.of(3),
      });
      const x = tf.randomNormal([samples, side, side, 1], 0, 1, 'float32', 4);
      const labels = Array.from({ length: samples }, (_, n) => n % classes);
      const first = tf.tidy(() => {
        const state = net.embed(x, { training: true }) as tf.Tensor4D;
        return { shape: state.shape, values: [...state.dataSync()] };
      });
      const rows = await stateNorms(net, x, tf.tensor1d(labels, 'int32'), { training: true });
      const exact = expected(net, first, labels);
      rows.forEach(({ activation, gradient }, i) => {
        expect(activation / exact[i]!.activation).toBeCloseTo(1, 4);
        expect(gradient / exact[i]!.gradient).toBeCloseTo(1, 3);
      });
    },
  );
});
