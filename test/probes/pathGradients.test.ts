import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { Stream } from '../../lib/core/engine';
import { resNet } from '../../lib/core/networks';
import { pathGradients, singlePathGradients } from '../../lib/core/probes';
import { net as made } from '../interventions/nets';
import { DenseReference, dot, mean, norm } from './denseReference';

beforeAll(async () => {
  await loadNative();
});

const [samples, blocks] = [6, 4];
const stream = Stream.of(5);
const images = Array.from({ length: samples }, () =>
  Array.from({ length: 7 }, () => Math.fround(stream.normal())),
);
const classes = images.map((_, i) => i % 3);
const inputs = () => tf.tensor(images.flat(), [samples, 1, 1, 7]);
const labels = () => tf.tensor1d(classes, 'int32');
const plus = (a: number[], b: number[]) => a.map((value, i) => value + b[i]!);

/** The gradient along each of the 2^L paths of a sample, and dL/dh_L, in float64. */
function pathsOf(reference: DenseReference, image: number[], label: number) {
  const trace = reference.trace(image);
  const last = reference.gradients(trace, label).at(-1)!;
  const paths = Array.from({ length: 2 ** blocks }, (_, set) => {
    let g = last;
    for (let i = blocks - 1; i >= 0; i--) {
      if (!((set >> i) & 1)) continue;
      const whole = reference.back(i, trace.states[i]!, g);
      g = whole.map((value, j) => value - g[j]!);
    }
    const length = [...set.toString(2)].filter((digit) => digit === '1').length;
    return { length, g };
  });
  return { last, paths };
}

describe.each(['highway', 'residual'] as const)('in a %s net', (kind) => {
  const net = () => made(kind, blocks);
  const all = () => {
    const reference = new DenseReference(kind, net());
    return images.map((image, n) => pathsOf(reference, image, classes[n]!));
  };

  it('the gradient by path length is the sum over all paths of that length', async () => {
    const rows = await pathGradients(net(), inputs(), labels());
    expect(rows.map(({ paths }) => paths)).toEqual([1, 4, 6, 4, 1]);
    const split = all().map(({ paths }) => {
      const zero = paths[0]!.g.map(() => 0);
      const parts = rows.map(({ length }) =>
        paths.filter((path) => path.length === length).reduce((s, { g }) => plus(s, g), zero),
      );
      return { parts, whole: parts.reduce(plus, zero) };
    });
    rows.forEach(({ share, magnitude }, k) => {
      const shares = split.map(({ parts, whole }) => dot(parts[k]!, whole) / dot(whole, whole));
      const sizes = split.map(({ parts, whole }) => norm(parts[k]!) / norm(whole));
      expect(share).toBeCloseTo(mean(shares), 5);
      expect(magnitude).toBeCloseTo(mean(sizes), 5);
    });
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 5);
    const smaller = await pathGradients(net(), inputs(), labels(), { batchSize: 4 });
    smaller.forEach(({ share }, k) => expect(share).toBeCloseTo(rows[k]!.share, 5));
  });

  it('a single path has the mean size of those of its length, exactly where there is but one', async () => {
    const options = { stream: Stream.of(1), draws: 100 };
    const rows = await singlePathGradients(net(), inputs(), labels(), options);
    const each = all();
    const expected = rows.map(({ length }) =>
      mean(
        each.map(({ last, paths }) => {
          const own = paths.filter((path) => path.length === length);
          return mean(own.map(({ g }) => norm(g))) / norm(last);
        }),
      ),
    );
    rows.forEach(({ magnitude, length }) => {
      const only = length === 0 || length === blocks;
      expect(Math.abs(magnitude / expected[length]! - 1)).toBeLessThan(only ? 1e-5 : 0.2);
    });
  });
});

it('blocks that change the shape are on every path and add no length', async () => {
  const net = resNet({
    inputs: [8, 8, 1],
    classes: 3,
    blocks: [2, 2],
    widths: [2, 3],
    preActivation: true,
    stream: Stream.of(1),
  });
  const x = tf.randomNormal([5, 8, 8, 1], 0, 1, 'float32', 3);
  const y = tf.tensor1d([0, 1, 2, 0, 1], 'int32');
  const rows = await pathGradients(net, x, y);
  expect(rows.map(({ paths }) => paths)).toEqual([1, 3, 3, 1]);
  expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 4);
});
