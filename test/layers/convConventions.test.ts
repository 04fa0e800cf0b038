import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { BatchNorm, HighwayConv, PlainConv, Pooling, ResidualConv } from '../../lib/core/layers';
import { reload } from './native';

beforeAll(async () => {
  await loadNative();
});

function values(weights: tf.Tensor[]): number[][] {
  return weights.map((weight) => [...weight.dataSync()]);
}

describe('a model with shared convolutions', () => {
  const make = () => {
    const input = tf.input({ shape: [4, 4, 2] });
    const first = new ResidualConv({ filters: 2, name: 'residual_1_01' });
    const second = new ResidualConv({ filters: 2, name: 'second', sharesWith: first });
    const outputs = second.apply(first.apply(input)) as tf.SymbolicTensor;
    return { model: tf.model({ inputs: input, outputs }), first, second };
  };
  const x = () => tf.randomNormal([3, 4, 4, 2], 0, 1, 'float32', 3);

  it('still shares them after it has been saved and loaded', async () => {
    const { model } = make();
    const loaded = await reload(model);
    expect(values([loaded.predict(x()) as tf.Tensor])).toEqual(
      values([model.predict(x()) as tf.Tensor]),
    );
    expect(loaded.trainableWeights.length).toBe(2 + 2 * 4);
    const kernel = loaded.getLayer('residual_1_01').trainableWeights[0]!;
    const before = values([loaded.getLayer('second').apply(x()) as tf.Tensor]);
    kernel.write(tf.zeros(kernel.shape as number[]));
    expect(values([loaded.getLayer('second').apply(x()) as tf.Tensor])).not.toEqual(before);
  });

  it('says which block is missing when it is not in front', () => {
    const { second } = make();
    const cls = ResidualConv as unknown as tf.serialization.SerializableConstructor<ResidualConv>;
    const alone = ResidualConv.fromConfig<ResidualConv>(cls, second.getConfig());
    expect(() => alone.apply(tf.input({ shape: [4, 4, 2] }))).toThrow(
      'ResidualConv "second" shares the convolutions of "residual_1_01", which is not in front of it.',
    );
  });
});

describe('a wrong shape is named with the layer, both shapes and the way out', () => {
  it('of a highway block', () => {
    const layer = new HighwayConv({ filters: 8, name: 'h' });
    expect(() => layer.apply(tf.input({ shape: [6, 6, 2] }))).toThrow(
      'HighwayConv "h" got an input of shape [batch, 6, 6, 2], but it carries its input to its output of ' +
        '8 channels. Put a PlainConv of 8 filters in front, or give the layer 2 filters.',
    );
  });

  it('of a residual block that would have to lose channels', () => {
    const layer = new ResidualConv({ filters: 2, name: 'r' });
    expect(() => layer.apply(tf.input({ shape: [6, 6, 4] }))).toThrow(
      'ResidualConv "r" got an input of shape [batch, 6, 6, 4], but its shortcut can only add channels to ' +
        "reach 2. Give the layer shortcut: 'projection', or 4 filters.",
    );
  });

  it('of a flat input', () => {
    const layer = new PlainConv({ filters: 2, name: 'p' });
    expect(() => layer.apply(tf.input({ shape: [6] }))).toThrow(
      'PlainConv "p" got an input of shape [batch, 6], but it takes [batch, height, width, channels].',
    );
  });

  it('of a built block that gets tensors of other channels', () => {
    const layer = new ResidualConv({ filters: 4, preActivation: true, name: 'r' });
    layer.apply(tf.input({ shape: [6, 6, 2] }));
    expect(() => layer.apply(tf.zeros([1, 6, 6, 3]))).toThrow('built for 2 channels, not 3');
  });
});

it.each([
  ['filters', () => new PlainConv({ filters: 0, name: 'p' }), 0],
  ['strides', () => new ResidualConv({ filters: 2, strides: 1.5, name: 'p' }), 1.5],
  ['layers', () => new PlainConv({ filters: 2, layers: -1, name: 'p' }), -1],
] as const)('a wrong number for %s is refused by name and value', (option, make, value) => {
  expect(make).toThrow(`"p": ${option} is a positive integer, not ${value}.`);
});

it.each([
  [
    () => new ResidualConv({ filters: 2, shortcut: 'conv' as 'average', name: 'r' }),
    'ResidualConv "r": shortcut is one of subsample, average, projection, not "conv".',
  ],
  [
    () => new Pooling({ kind: 'min' as 'max', size: 2, name: 'p' }),
    'Pooling "p": kind is one of max, average, not "min".',
  ],
  [
    () => new ResidualConv({ filters: 2, dropPath: { survival: 0, seed: 1 }, name: 'r' }),
    'ResidualConv "r": dropPath.survival is a probability above 0 and up to 1, not 0.',
  ],
])('a wrong option is refused by name and value, %#', (make, message) => {
  expect(make).toThrow(message);
});

it('layers of one name do not clash, whatever their class', () => {
  const input = tf.input({ shape: [4, 4, 2] });
  for (let i = 0; i < 3; i++) {
    tf.layers.conv2d({ filters: 2, kernelSize: 1, name: 'stem' }).apply(input);
    new PlainConv({ filters: 2, name: 'stem', useBias: true }).apply(input);
    new HighwayConv({ filters: 2, name: 'stem' }).apply(input);
    new ResidualConv({ filters: 2, name: 'stem' }).apply(input);
    new BatchNorm({ name: 'stem' }).apply(input);
  }
});

it('with batch norm b_T is the shift of the gate’s norm, so that gates start about sigmoid(b_T) whatever the input', () => {
  const layer = new HighwayConv({ filters: 3, transformBias: -1.5, batchNorm: {} });
  const x = tf.randomNormal<tf.Rank.R4>([8, 6, 6, 3], 40, 7, 'float32', 1);
  layer.apply(x, { training: true });
  expect([...layer.transformBias.dataSync()]).toEqual([-1.5, -1.5, -1.5]);
  expect(layer.getWeights()).toHaveLength(10);
  const open = new HighwayConv({ filters: 3, transformBias: 40, batchNorm: {} });
  const y = open.apply(x, { training: true }) as tf.Tensor4D;
  const carried = new HighwayConv({ filters: 3, transformBias: -40, batchNorm: {} });
  const same = carried.apply(x, { training: true }) as tf.Tensor4D;
  expect(tf.max(tf.abs(tf.sub(same, x))).dataSync()[0]).toBeLessThan(1e-4);
  expect(tf.min(y).dataSync()[0]).toBeGreaterThanOrEqual(-1e-5);
});
