import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { rewire } from '../../lib/core/interventions/rewire';
import { lesion } from '../../lib/core/interventions';
import * as layers from '../../lib/core/layers';
import { Network } from '../../lib/core/networks';
import { error } from './cases';
import { numbers, onTheAddon, reload } from './native';

type Layer = tf.layers.Layer;
type Class = tf.serialization.SerializableConstructor<Layer>;

/** What a layer of a family is made from, and the shape of its input. */
interface Sample {
  args: object;
  input: number[];
  /** Whether an activation follows the sum, so that y is not H T + s(x) C. */
  activated?: boolean;
}

const { constant, glorotUniform, heUniform } = tf.initializers;
const kernelInitializer = heUniform({ seed: 3 });
const images = [6, 6, 2];

const samples: Record<string, Sample[]> = {
  PlainDense: [{ args: { units: 4, activation: 'elu', kernelInitializer }, input: [4] }],
  HighwayDense: [
    {
      args: {
        ...{ units: 4, gates: 'full', activation: 'tanh', transformBias: -3, carryBias: 1 },
        kernelInitializer: glorotUniform({ seed: 5 }),
      },
      input: [4],
    },
    ...['coupled', 'carry-only', 'transform-only'].map((gates) => {
      return { args: { units: 4, gates, kernelInitializer }, input: [4] };
    }),
  ],
  ResidualDense: [
    {
      args: {
        ...{ units: 4, layers: 2, lastActivation: 'linear', branchScale: 0.5, kernelInitializer },
        biasInitializer: constant({ value: 0.25 }),
      },
      input: [4],
    },
  ],
  PreActivationDense: [
    {
      args: {
        ...{ units: 4, carry: 0.5, branchScale: 0.25, activation: 'tanh', kernelInitializer },
        batchNorm: { gamma: 0.5 },
      },
      input: [4],
    },
    { args: { units: 4, carry: 0, norm: 'centre', kernelInitializer }, input: [4] },
    { args: { units: 4, norm: 'none', activation: 'elu', kernelInitializer }, input: [4] },
  ],
  CReluDense: [
    { args: { units: 4, kernelInitializer: layers.looksLinear({ seed: 3 }) }, input: [4] },
    { args: { units: 4, kernelInitializer: layers.orthogonal({ seed: 3, gain: 2 }) }, input: [4] },
  ],
  PlainConv: [
    {
      args: { filters: 3, layers: 2, strides: 2, activation: 'tanh', kernelInitializer },
      input: images,
    },
    { args: { filters: 2, useBias: true, kernelInitializer }, input: images },
  ],
  HighwayConv: [
    { args: { filters: 2, kernelSize: 5, transformBias: -3, kernelInitializer }, input: images },
    {
      args: { filters: 2, transformBias: -1, batchNorm: { gamma: 0.5 }, kernelInitializer },
      input: images,
    },
  ],
  ResidualConv: [
    {
      args: {
        ...{ filters: 3, strides: 2, shortcut: 'projection', useBias: true, kernelInitializer },
        batchNorm: { gamma: 0.25 },
        dropPath: { survival: 0.5, seed: 4 },
      },
      input: images,
      activated: true,
    },
    {
      args: {
        ...{ filters: 3, strides: 2, shortcut: 'average', preActivation: true, kernelInitializer },
      },
      input: [5, 5, 2],
    },
    { args: { filters: 2, preActivation: true, kernelInitializer }, input: images },
  ],
  Pooling: [
    { args: { kind: 'max', size: 3, strides: 2 }, input: images },
    { args: { kind: 'average', size: 2, strides: 1 }, input: images },
  ],
  BatchNorm: [{ args: { momentum: 0.5, epsilon: 0.01, gamma: 0.5 }, input: images }],
};

const registered = Object.entries(tf.serialization.SerializationMap.getMap().classNameMap)
  .map(([name, [cls]]) => [name, cls as unknown as Class] as const)
  .filter(
    ([, cls]) => cls.prototype instanceof layers.Block || cls === (layers.BatchNorm as never),
  );

const cases = registered.flatMap(([name, cls]) =>
  (samples[name] ?? []).map((sample, i) => ({ name: `${name}, sample ${i + 1}`, cls, ...sample })),
);

onTheAddon();

it.each(registered)('%s, which is registered, has a sample here: none goes unchecked', (name) => {
  expect(samples[name] ?? [], `give ${name} a sample in contract.test.ts`).not.toEqual([]);
});

describe.each(cases)('$name', ({ cls, args, input, activated = false }) => {
  const make = (name?: string) => new cls({ ...args, name });
  const flat = input.length === 1;
  const head = (units: number) => [
    ...(flat ? [] : [tf.layers.flatten()]),
    tf.layers.dense({ units }),
  ];
  const x = () => tf.randomNormal([3, ...input], 0, 1, 'float32', 3);

  /** Built, with weights that leave nothing at 0 or 1. */
  const made = (seed = 1) => {
    const layer = make();
    layer.apply(tf.input({ shape: input }));
    randomize(layer, seed);
    return layer;
  };

  it('is rebuilt by its config, initial weights included', () => {
    const layer = make();
    const config = JSON.parse(JSON.stringify(layer.getConfig())) as tf.serialization.ConfigDict;
    const twin = cls.fromConfig(cls, config);
    expect(twin.getConfig()).toEqual(layer.getConfig());
    for (const each of [layer, twin]) each.apply(tf.input({ shape: input }));
    expect(twin.getWeights().map(numbers)).toEqual(layer.getWeights().map(numbers));
  });

  it('survives training by model.fit, in which every weight moves, and saving and loading', async () => {
    const layer = make('Odd_name_1_02');
    const first = flat
      ? tf.layers.dense({ units: 4, inputShape: input })
      : tf.layers.conv2d({ filters: input[2]!, kernelSize: 1, inputShape: input });
    const model = tf.sequential({ layers: [first, layer, ...head(1)] });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const before = layer.getWeights().map(numbers);
    await model.fit(x(), tf.ones([3, 1]), { epochs: 6, shuffle: false, verbose: 0 });
    layer.getWeights().forEach((weight, i) => expect(numbers(weight)).not.toEqual(before[i]));
    const loaded = await reload(model);
    const [a, b] = [model, loaded].map((m) => numbers(m.predict(x()) as tf.Tensor));
    expect(b).toEqual(a);
    expect(loaded.layers[1]!.getConfig()).toEqual(layer.getConfig());
  });

  it('draws each of its kernels by another seed', () => {
    const layer = make();
    layer.apply(tf.input({ shape: input }));
    const kernels = layer.weights.filter(({ originalName }) => originalName.includes('kernel'));
    const draws = kernels.map((kernel) => numbers(kernel.read()).slice(0, 6).join());
    expect(new Set(draws).size).toBe(kernels.length);
  });

  it('says the shape of its output before it computes it', () => {
    const { shape } = make().apply(tf.input({ shape: input })) as tf.SymbolicTensor;
    expect((made().apply(x()) as tf.Tensor).shape.slice(1)).toEqual(shape.slice(1));
  });

  it('has the gradient of what it computes, along random directions', () => {
    const layer = made();
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const all = [tf.variable(x()), ...variables];
    const r = tf.randomNormal((layer.apply(all[0]!) as tf.Tensor).shape, 0, 1, 'float32', 8);
    const loss = () => tf.sum(tf.mul(layer.apply(all[0]!) as tf.Tensor, r)).asScalar();
    const { grads } = tf.variableGrads(loss, all);
    all.forEach((variable, i) => {
      const direction = tf.randomNormal(variable.shape, 0, 1, 'float32', 20 + i);
      const start = variable.clone();
      const [above, below] = [5e-4, -5e-4].map((step) => {
        variable.assign(tf.add(start, tf.mul(direction, step)));
        return numbers(layer.apply(all[0]!) as tf.Tensor);
      });
      variable.assign(start);
      const weights = numbers(r);
      const slope = weights.reduce((sum, w, j) => sum + (w * (above![j]! - below![j]!)) / 1e-3, 0);
      const [expected] = numbers(tf.sum(tf.mul(grads[variable.name]!, direction)));
      expect(Math.abs(slope - expected!) / (1 + Math.abs(expected!))).toBeLessThan(0.01);
    });
  });

  it('leaves no tensor behind but what it returns', () => {
    const input = x();
    const before = tf.memory().numTensors;
    const layer = make();
    for (const training of [false, true, true])
      (layer.apply(input, { training }) as tf.Tensor).dispose();
    if (layer instanceof layers.Block) {
      const built = tf.memory().numTensors;
      const parts = layer.parts(input);
      expect(tf.memory().numTensors - built).toBe(5);
      tf.dispose({ ...parts });
    }
    layer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('calls the hook that setCallHook sets', () => {
    const layer = made();
    const calls: unknown[] = [];
    layer.setCallHook((inputs) => void calls.push(inputs));
    const image = x();
    layer.apply(image);
    expect(calls.flat()).toEqual([image]);
  });

  it.each([
    'kernelRegularizer',
    'biasRegularizer',
    'activityRegularizer',
    'kernelConstraint',
    'dilationRate',
    'transformBais',
  ])('refuses the unknown option %s by name', (key) => {
    expect(() => new cls({ ...args, name: 'odd', [key]: 2 })).toThrow(
      `${cls.className} "odd" has no option "${key}". It takes ${cls === (layers.BatchNorm as never) ? 'momentum' : ''}`,
    );
  });

  it("takes what every layer of tfjs does, and what tfjs's loading adds", () => {
    const weights = made().getWeights();
    const inputShape = input;
    const customObjects = {};
    const common = { inputShape, batchSize: 3, dtype: 'float32', trainable: false, customObjects };
    const layer = new cls({ ...args, ...common, weights, inputDType: null, updatable: true });
    layer.apply(x());
    expect(layer.trainableWeights).toEqual([]);
    expect(layer.getWeights().map(numbers)).toEqual(weights.map(numbers));
  });

  if (!(cls.prototype instanceof layers.Block)) return;

  it('has parts that fit together: y = H T + s(x) C before a last activation, update = y - x', () => {
    const layer = made() as layers.Block & { shortcut?(x: tf.Tensor): tf.Tensor };
    const image = x();
    const { candidate, transform, carry, update, output } = layer.parts(image);
    const y = layer.apply(image) as tf.Tensor;
    expect(error(numbers(output), numbers(y))).toBeLessThan(1e-6);
    for (const part of [candidate, transform, carry, update]) expect(part.shape).toEqual(y.shape);
    const same = tf.util.arraysEqual(image.shape, y.shape);
    const change = same ? tf.sub(y, image) : y;
    expect(error(numbers(update), numbers(change))).toBeLessThan(1e-6);
    if (activated) return;
    const carried = layer.shortcut?.(image) ?? (same ? image : tf.zerosLike(y));
    const sum = tf.add(tf.mul(candidate, transform), tf.mul(carried, carry));
    expect(error(numbers(sum), numbers(y))).toBeLessThan(1e-5);
  });

  const changes = !tf.util.arraysEqual(
    make()
      .computeOutputShape([null, ...input])
      .slice(1) as number[],
    input,
  );
  if (changes) return;

  it('may be applied twice in one model, over the same weights', () => {
    const block = made();
    const inputs = tf.input({ shape: input });
    const outputs = block.apply(block.apply(inputs)) as tf.SymbolicTensor;
    const model = tf.model({ inputs, outputs });
    const twice = block.apply(block.apply(x())) as tf.Tensor;
    expect(numbers(model.predict(x()) as tf.Tensor)).toEqual(numbers(twice));
    expect(model.trainableWeights.length).toBe(block.trainableWeights.length);
  });

  it('may be lesioned, and change places with a twin of other weights', () => {
    const blocks = ['a', 'b'].map((name) => make(name) as layers.Block);
    const network = new Network({ inputShape: input, stem: [], stages: [blocks], head: head(3) });
    blocks.forEach((block, i) => randomize(block, i));
    const image = x();
    const through = (...order: layers.Block[]) =>
      numbers(network.classify(order.reduce((h, b) => b.apply(h) as tf.Tensor, image)));
    const [a, b] = blocks as [layers.Block, layers.Block];
    expect(numbers(lesion(network, 'a').logits(image))).toEqual(through(b));
    expect(numbers(rewire(network, [[1, 0]]).logits(image))).toEqual(through(b, a));
    if (a.weights.length > 0) expect(through(b, a)).not.toEqual(through(a, b));
  });
});

function randomize(layer: Layer, seed: number): void {
  const stream = Stream.of(seed);
  tf.tidy(() =>
    layer.setWeights(
      layer.weights.map(({ originalName, shape, dtype }) => {
        const size = shape as number[];
        if (dtype === 'int32') return tf.zeros(size, dtype);
        const draw = /variance|gamma/.test(originalName)
          ? () => stream.uniform(0.5, 2)
          : () => stream.normal(0, 0.3);
        const length = tf.util.sizeFromShape(size);
        return tf.tensor(Float32Array.from({ length }, draw), size);
      }),
    ),
  );
}
