import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Split } from '../../lib/core/data';
import { upload } from '../../lib/datasets/upload';
import { Stream } from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';
import { lesion, lesionSweep, scale, shuffle } from '../../lib/core/interventions';
import type { Block } from '../../lib/core/layers';
import {
  averagePoolingNet,
  highwayConvNet,
  plainConvNet,
  resNet,
  type Network,
} from '../../lib/core/networks';
import { distance, logits } from './nets';

const shape = { inputs: [8, 8, 1], classes: 3, stream: Stream.of(3) } as const;
const stages = { ...shape, blocks: 2, widths: [3, 4] };

const residual: Record<string, () => Network> = {
  'post-activation': () => resNet(stages),
  'pre-activation': () => resNet({ ...stages, preActivation: true, batchNorm: false }),
  'with projections': () => resNet({ ...stages, shortcut: 'projection' }),
};
const highway = () =>
  highwayConvNet({
    ...shape,
    transformBias: -1,
    stages: [
      { filters: 3, blocks: 2 },
      { filters: 4, blocks: 2, pooling: { size: 2, strides: 2 } },
    ],
    head: { kind: 'mean', filters: 4 },
  });

const samples = 6;
let data: Split;

beforeAll(async () => {
  await loadNative();
  const stream = Stream.of(7);
  const pixels = Uint8Array.from({ length: samples * 64 }, () => stream.integer(256));
  const labels = Uint8Array.from({ length: samples }, () => stream.integer(3));
  data = upload({ pixels, labels }, [8, 8, 1]);
});

const names = (network: Network) => network.stages.map((stage) => stage.map(({ name }) => name));

/** The logits while the named weights of a block are set to `value`; they are put back after. */
function forcing(network: Network, block: Block, weights: RegExp, value: number): number[] {
  const before = block.getWeights().map((weight) => weight.clone());
  expect(block.weights.some(({ name }) => weights.test(name))).toBe(true);
  block.setWeights(
    block.weights.map(({ name, shape }, i) =>
      weights.test(name) ? tf.fill(shape as number[], value) : before[i]!,
    ),
  );
  const result = logits(network, data.inputs);
  block.setWeights(before);
  return result;
}

describe('a lesion', () => {
  it.each(Object.keys(residual))(
    'equals forcing F = 0 in each block of a residual net (%s)',
    (kind) => {
      const network = residual[kind]!();
      const last = kind === 'pre-activation' ? /conv2_(kernel|bias)/ : /norm2_(gamma|beta)/;
      const intact = logits(network, data.inputs);
      for (const block of network.blocks) {
        const expected = forcing(network, block, last, 0);
        const lesioned = logits(lesion(network, block.name), data.inputs);
        expect(distance(lesioned, expected)).toBeLessThan(1e-6);
        expect(distance(lesioned, intact)).toBeGreaterThan(1e-4);
        expect(distance(logits(scale(network, block.name, 0), data.inputs), expected)).toBeLessThan(
          1e-6,
        );
      }
    },
  );

  it('equals forcing T = 0 in each block of a highway net', () => {
    const network = highway();
    for (const block of network.blocks.filter(({ name }) => name.startsWith('highway'))) {
      const expected = forcing(network, block, /transform_bias/, -1e4);
      expect(distance(logits(lesion(network, block.name), data.inputs), expected)).toBeLessThan(
        1e-6,
      );
    }
  });

  it('takes a plain block out, and not one that changes the shape', () => {
    const network = plainConvNet(stages);
    const rest = lesion(network, 'plain_2_02');
    expect(names(rest)).toEqual([['plain_1_01', 'plain_1_02'], ['plain_2_01']]);
    expect(() => lesion(network, 'plain_2_01')).toThrow('"plain_2_01" changes the shape');
  });
});

describe('a lesion sweep', () => {
  it('has a row for each block of a residual net, and for those of a plain one that keep the shape', async () => {
    const residualNet = residual['post-activation']!();
    const { lesions } = await lesionSweep(residualNet, data);
    expect(lesions.map(({ block }) => block)).toEqual(names(residualNet).flat());
    const plain = await lesionSweep(plainConvNet(stages), data);
    expect(plain.lesions.map(({ block }) => block)).toEqual([
      'plain_1_01',
      'plain_1_02',
      'plain_2_02',
    ]);
  });
});

describe('a shuffle across stages', () => {
  it('moves blocks between stages of one width, and none between those of others', () => {
    const one = averagePoolingNet({ ...shape, inputs: [32, 32, 1], width: 3, blocks: 2 });
    const crossed = names(shuffle(one, 20, Stream.of(2), 'across'));
    expect(crossed.flat().sort()).toEqual(names(one).flat().sort());
    expect(crossed.map((stage) => stage.filter((name) => name.startsWith('pooling')))).toEqual([
      [],
      ['pooling_2'],
      ['pooling_3'],
    ]);
    expect([...crossed[0]!].sort()).not.toEqual(names(one)[0]);
    const apart = residual['post-activation']!();
    const shuffled = names(shuffle(apart, 20, Stream.of(2), 'across'));
    expect(shuffled.map((stage) => [...stage].sort())).toEqual(names(apart));
  });
});
