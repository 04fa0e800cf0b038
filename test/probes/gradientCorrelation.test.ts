import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { Stream } from '../../lib/core/engine';
import { CReluDense, looksLinear } from '../../lib/core/layers';
import { plainNet } from '../../lib/core/networks';
import { gradientCorrelation } from '../../lib/core/probes';

beforeAll(async () => {
  await loadNative();
});

const [samples, inputs, classes] = [9, 4, 3];
const options = { inputs, width: 5, depth: 4, classes, stream: Stream.of(2) };
const values = (seed: number) => {
  const stream = Stream.of(seed);
  return Array.from({ length: samples }, () =>
    Array.from({ length: inputs }, () => Math.fround(stream.normal())),
  );
};

/** d(sum of the logits)/dx of a plain tanh net, by the chain rule in float64. */
function gradientAt(layers: number[][][], x: number[]): number[] {
  let h = x;
  let jacobian = x.map((_, i) => x.map((_, j) => Number(i === j)));
  layers.forEach(([kernel, bias], l) => {
    const last = l === layers.length - 1;
    const width = bias!.length;
    const at = (i: number, j: number) => kernel![i * width + j]!;
    const z = bias!.map((b, j) => h.reduce((sum, v, i) => sum + v * at(i, j), b));
    const slope = z.map((v) => (last ? 1 : 1 - Math.tanh(v) ** 2));
    jacobian = jacobian.map((row) =>
      bias!.map((_, j) => slope[j]! * row.reduce((sum, v, i) => sum + v * at(i, j), 0)),
    );
    h = last ? z : z.map(Math.tanh);
  });
  return jacobian.map((row) => row.reduce((sum, v) => sum + v, 0));
}

it('is the mean correlation over all pairs, as the chain rule in float64 gives it', async () => {
  const net = plainNet({ ...options, activation: 'tanh' });
  const layers = [...net.stem, ...net.blocks, ...net.head].map((layer) =>
    layer.getWeights().map((weight) => [...weight.dataSync()]),
  );
  const x = values(1);
  const g = x.map((row) => gradientAt(layers, row));
  const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  const all = g.flatMap((a, i) =>
    g.slice(i + 1).map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))),
  );
  const expected = all.reduce((sum, v) => sum + v, 0) / all.length;
  const actual = await gradientCorrelation(net, tf.tensor2d(x));
  expect(actual).toBeCloseTo(expected, 5);
  expect(await gradientCorrelation(net, tf.tensor2d(x), { batchSize: 4 })).toBeCloseTo(actual, 6);
});

it('is 1 for a linear net, and 0 for one whose output does not depend on its input', async () => {
  const block = ({ name }: { name?: string }) =>
    new CReluDense({ name, units: 5, kernelInitializer: looksLinear({ seed: 1 }) });
  const net = plainNet({ ...options, activation: 'linear', block });
  expect(await gradientCorrelation(net, tf.tensor2d(values(1)))).toBeCloseTo(1, 6);
  net.head[0]!.setWeights([tf.zeros([5, classes]), tf.zeros([classes])]);
  expect(await gradientCorrelation(net, tf.tensor2d(values(1)))).toBe(0);
});

it('says that a pair takes two samples', async () => {
  const net = plainNet(options);
  await expect(gradientCorrelation(net, tf.zeros([1, inputs]))).rejects.toThrow(
    'A pair takes two samples, not 1',
  );
});
