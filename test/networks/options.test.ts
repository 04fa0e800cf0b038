import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { HighwayConv, PlainConv, PlainDense, type Block } from '../../lib/core/layers';
import {
  averagePoolingNet,
  highwayNet,
  plainConvNet,
  residualNet,
  resNet,
  singleRepresentationNet,
  type Network,
} from '../../lib/core/networks';
import { numbers, onTheAddon } from '../layers/native';

const conv = { inputs: [8, 8, 3] as const, classes: 4, stream: Stream.of(5) };
const dense = { inputs: 6, width: 5, depth: 3, classes: 4, stream: Stream.of(5) };

onTheAddon();

describe('the kernels of a net', () => {
  /** All but those to the logits, in units of the deviation of He et al. 2015, sqrt(2 / fan-in). */
  const draws = (net: Network) =>
    net.variables
      .filter(({ rank }) => rank === 4)
      .flatMap((kernel) => {
        const fanIn = kernel.size / kernel.shape[3]!;
        return numbers(kernel).map((value) => value * Math.sqrt(fanIn / 2));
      });

  it.each<[string, (kernelScale?: number) => Network]>([
    ['resNet', (kernelScale) => resNet({ ...conv, blocks: 2, widths: [32, 64], kernelScale })],
    [
      'plainConvNet',
      (kernelScale) => plainConvNet({ ...conv, blocks: 2, widths: [32, 64], kernelScale }),
    ],
    [
      'singleRepresentationNet',
      (kernelScale) => singleRepresentationNet({ ...conv, blocks: 2, width: 64, kernelScale }),
    ],
    [
      'averagePoolingNet',
      (kernelScale) => averagePoolingNet({ ...conv, blocks: 1, width: 64, kernelScale }),
    ],
  ])('are drawn with the variance 2 / fan-in times the scale: %s', (_, make) => {
    for (const scale of [undefined, 0.25]) {
      const values = draws(make(scale));
      expect(values.length).toBeGreaterThan(1e5);
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
      // A normal cut off at two deviations has kurtosis 2.36: five standard errors.
      const tolerance = 5 * Math.sqrt(1.36 / values.length);
      expect(Math.abs(variance / (scale ?? 1) - 1)).toBeLessThan(tolerance);
      expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(values.length));
    }
  });

  it.each([0, -1, NaN, Infinity])('a scale of %s is refused', (kernelScale) => {
    expect(() => resNet({ ...conv, blocks: 1, kernelScale })).toThrow(
      `kernelScale is a positive number, not ${kernelScale}.`,
    );
  });
});

describe('blocks counted stage by stage', () => {
  const widths = [2, 3, 4];

  it.each<[string, (blocks: number[]) => Network]>([
    ['residual', (blocks) => resNet({ ...conv, blocks, widths })],
    ['plain', (blocks) => plainConvNet({ ...conv, blocks, widths })],
  ])('make a %s net of any depth, each with its name', (family, make) => {
    const names = make([1, 2, 3]).stages.map((stage) => stage.map(({ name }) => name));
    expect(names).toEqual(
      [[1], [1, 2], [1, 2, 3]].map((stage, s) => stage.map((i) => `${family}_${s + 1}_0${i}`)),
    );
  });

  it('share the schedule of survival and the sharing of each stage', () => {
    const dropPath = { kind: 'linear', last: 0.4 } as const;
    const net = resNet({ ...conv, blocks: [1, 2, 3], widths, dropPath });
    const survival = net.blocks.map((block) => (block as unknown as { survival: number }).survival);
    [0.9, 0.8, 0.7, 0.6, 0.5, 0.4].forEach((p, i) => expect(survival[i]).toBeCloseTo(p));
    const sharing = { applications: 2 };
    expect(() => resNet({ ...conv, blocks: [3, 2, 3], widths, sharing })).toThrow(
      'sharing.applications is an integer from 1 to 1, not 2: a stage has 2 blocks',
    );
    const kernels = resNet({ ...conv, blocks: [3, 4, 5], widths, sharing }).variables.filter(
      ({ name }) => /conv\d_kernel/.test(name),
    );
    expect(kernels.length).toBe(1 + 2 * (2 + 3 + 4));
  });
});

describe('a family of blocks of your own', () => {
  const made: Record<string, (block: (args: { name?: string }) => Block) => Network> = {
    resNet: (block) => resNet({ ...conv, blocks: 2, widths: [2, 3], block }),
    plainConvNet: (block) => plainConvNet({ ...conv, blocks: 2, widths: [2, 3], block }),
    averagePoolingNet: (block) => averagePoolingNet({ ...conv, blocks: 2, width: 3, block }),
    highwayNet: (block) => highwayNet({ ...dense, transformBias: -1, block }),
    residualNet: (block) => residualNet({ ...dense, block }),
  };

  it.each(Object.keys(made))('makes the blocks of a %s, each with its name', (name) => {
    const asked: string[] = [];
    const own = /^(highway|residual)Net$/.test(name)
      ? (args: { name?: string }) => new PlainDense({ name: args.name, units: 5 })
      : (args: { name?: string; filters?: number; strides?: number }) =>
          new PlainConv({ name: args.name, filters: args.filters!, strides: args.strides });
    const net = made[name]!((args) => {
      asked.push(args.name!);
      return own(args);
    });
    const plain = net.blocks.filter((block) => !block.name.startsWith('pooling'));
    expect(plain.map((block) => block.name)).toEqual(asked);
    expect(net.logits(tf.zeros([2, ...net.inputShape])).shape).toEqual([2, 4]);
  });

  it('refuses an option of the net that it has not, by the name of the block', () => {
    const block = (args: object) => new HighwayConv({ filters: 2, ...args });
    const net = () => resNet({ ...conv, blocks: 1, widths: [2], block, shortcut: 'average' });
    expect(net).toThrow('HighwayConv "residual_1_01" has no option');
  });
});
