import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { HighwayDense, PlainDense, ResidualDense, type Block } from '../../lib/core/layers';

const { constant, glorotUniform, heUniform } = tf.initializers;

const samples: Record<string, () => Block> = {
  PlainDense: () =>
    new PlainDense({ units: 4, activation: 'elu', kernelInitializer: heUniform({ seed: 3 }) }),
  HighwayDense: () =>
    new HighwayDense({
      units: 4,
      gates: 'full',
      activation: 'tanh',
      transformBias: -3,
      carryBias: 1,
      kernelInitializer: glorotUniform({ seed: 5 }),
    }),
  ResidualDense: () =>
    new ResidualDense({
      units: 4,
      layers: 2,
      lastActivation: 'linear',
      branchScale: 0.5,
      kernelInitializer: heUniform({ seed: 9 }),
      biasInitializer: constant({ value: 0.25 }),
    }),
};
const names = Object.keys(samples);

beforeAll(async () => {
  await loadNative();
});

function values(weights: tf.Tensor[]): number[][] {
  return weights.map((weight) => [...weight.dataSync()]);
}

describe.each(names)('%s', (name) => {
  it('is rebuilt by its config, initial weights included', () => {
    const layer = samples[name]!();
    const config = JSON.parse(JSON.stringify(layer.getConfig())) as tf.serialization.ConfigDict;
    const cls = layer.constructor as tf.serialization.SerializableConstructor<Block>;
    const twin = cls.fromConfig(cls, config);
    expect(twin.getConfig()).toEqual(layer.getConfig());
    for (const each of [layer, twin]) each.apply(tf.input({ shape: [4] }));
    expect(values(twin.getWeights())).toEqual(values(layer.getWeights()));
  });

  it('survives model.save and tf.loadLayersModel', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 4, inputShape: [3] }), samples[name]!()],
    });
    const x = tf.randomNormal([5, 3], 0, 1, 'float32', 3);
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler((artifacts) => {
        saved = artifacts;
        return Promise.resolve({
          modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts),
        });
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
    expect(values([loaded.predict(x) as tf.Tensor])).toEqual(
      values([model.predict(x) as tf.Tensor]),
    );
    expect(loaded.layers[1]!.getConfig()).toEqual(model.layers[1]!.getConfig());
  });

  it('trains in a tf.sequential: the loss falls and every weight moves', async () => {
    const block = samples[name]!();
    const model = tf.sequential();
    model.add(
      tf.layers.dense({ units: 4, inputShape: [3], kernelInitializer: glorotUniform({ seed: 1 }) }),
    );
    model.add(block);
    model.add(tf.layers.dense({ units: 1, kernelInitializer: glorotUniform({ seed: 2 }) }));
    model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
    const x = tf.randomNormal<tf.Rank.R2>([64, 3], 0, 1, 'float32', 4);
    const y = tf.sum(x, 1, true);
    const before = values(block.getWeights());
    const { history } = await model.fit(x, y, {
      epochs: 15,
      batchSize: 64,
      shuffle: false,
      verbose: 0,
    });
    expect(history['loss']!.at(-1)).toBeLessThan(0.5 * (history['loss']![0] as number));
    values(block.getWeights()).forEach((weight, i) => expect(weight).not.toEqual(before[i]));
  });

  it('may be applied in a functional model, twice over the same weights', () => {
    const block = samples[name]!();
    const input = tf.input({ shape: [4] });
    const outputs = block.apply(block.apply(input)) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs });
    const x = tf.randomNormal([2, 4], 0, 1, 'float32', 3);
    const once = block.apply(x) as tf.Tensor;
    expect(values([model.predict(x) as tf.Tensor])).toEqual(
      values([block.apply(once) as tf.Tensor]),
    );
    expect(model.trainableWeights.length).toBe(block.trainableWeights.length);
  });

  it('draws its kernels from different seeds', () => {
    const block = samples[name]!();
    block.apply(tf.input({ shape: [4] }));
    const kernels = values(block.getWeights()).filter((weight) => weight.length === 16);
    expect(new Set(kernels.map(String)).size).toBe(kernels.length);
  });
});

describe('a wrong shape', () => {
  const input = (...shape: number[]) => tf.input({ shape });

  it.each([
    ['HighwayDense', () => new HighwayDense({ units: 50, name: 'highway_07' }), 'highway_07'],
    ['ResidualDense', () => new ResidualDense({ units: 50, name: 'residual_07' }), 'residual_07'],
  ] as const)('of %s is named with the layer, both shapes and the way out', (cls, make, name) => {
    expect(() => make().apply(input(64))).toThrow(
      `${cls} "${name}" got an input of shape [batch, 64], but it carries its input to its output of shape ` +
        '[batch, 50]. Put a PlainDense of 50 units in front, or give the layer 64 units.',
    );
  });

  it('is found when a built layer is called with tensors', () => {
    const plain = new PlainDense({ units: 5, name: 'first' });
    plain.apply(input(3));
    expect(() => plain.apply(tf.zeros([2, 4]))).toThrow(
      'PlainDense "first" got an input of shape [2, 4], but it was built for [batch, 3]; its kernel has shape [3, 5].',
    );
    const highway = new HighwayDense({ units: 3, name: 'second' });
    highway.apply(input(3));
    expect(() => highway.parts(tf.zeros([2, 4]))).toThrow('of shape [2, 4], but');
  });

  it('of an image says to flatten it', () => {
    expect(() => new PlainDense({ units: 5, name: 'first' }).apply(input(28, 28, 1))).toThrow(
      'PlainDense "first" got an input of shape [batch, 28, 28, 1], but it takes [batch, inputs]. Put tf.layers.flatten() in front.',
    );
  });
});

describe('a wrong option', () => {
  it.each([-1, 0, 2.5, NaN])('units = %s is refused by name and value', (units) => {
    expect(() => new PlainDense({ units, name: 'p' })).toThrow(
      `PlainDense "p": units is a positive integer, not ${units}.`,
    );
  });

  it('of another kind is refused with the choices', () => {
    expect(() => new HighwayDense({ units: 2, name: 'h', gates: 'open' as 'full' })).toThrow(
      'HighwayDense "h": gates is one of coupled, full, carry-only, transform-only, not "open".',
    );
    expect(() => new ResidualDense({ units: 2, name: 'r', layers: 0 })).toThrow(
      'ResidualDense "r": layers is a positive integer, not 0.',
    );
    expect(() => new PlainDense({ units: 2, kernelInitializer: 'gloro' })).toThrow(
      /"gloro" is not an initializer\. The initializers are .*glorotUniform/,
    );
    expect(() => new PlainDense({ units: 2, activation: 'rule' as 'relu' })).toThrow(/rule/);
  });
});
