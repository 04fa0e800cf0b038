import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Stream, compile, momentum, softmaxCrossEntropy } from '../../lib/core/engine';
import {
  averagePoolingNet,
  countParameters,
  highwayCifar,
  highwayConvNet,
  highwayMnist,
  highwayTwin,
  plainConvNet,
  resNet,
  singleRepresentationNet,
  type Network,
} from '../../lib/core/networks';
import { onTheAddon } from '../layers/native';

const options = () => ({ inputs: [8, 8, 3] as const, classes: 4, stream: Stream.of(5) });
const widths = [4, 6];

const nets: Record<string, () => Network> = {
  'post-activation': () => resNet({ ...options(), blocks: 2, widths }),
  'pre-activation, projected': () =>
    resNet({ ...options(), blocks: 2, widths, preActivation: true, shortcut: 'projection' }),
  'with stochastic depth': () =>
    resNet({ ...options(), blocks: 2, widths, dropPath: { kind: 'linear', last: 0.5 } }),
  'with shared blocks': () =>
    resNet({
      ...options(),
      blocks: 4,
      widths,
      preActivation: true,
      sharing: { applications: 3, gamma: 0.1 },
    }),
  'highway twin': () => highwayTwin({ ...options(), blocks: 2, widths, transformBias: -2 }),
  plain: () => plainConvNet({ ...options(), blocks: 2, widths }),
  highway: () =>
    highwayConvNet({
      ...options(),
      stages: [
        { filters: 4, blocks: 2 },
        { filters: 6, blocks: 2, pooling: { size: 3, strides: 2 } },
      ],
      head: { kind: 'mean', filters: 5 },
      transformBias: -2,
    }),
  'plain, twin of highway': () =>
    highwayConvNet({
      ...options(),
      stages: [{ filters: 4, blocks: 2 }],
      head: { kind: 'flatten', pooling: { size: 2, strides: 2 } },
      transformBias: -2,
      plain: true,
    }),
  'single representation': () => singleRepresentationNet({ ...options(), width: 4, blocks: 2 }),
};

onTheAddon();

function values(tensors: readonly tf.Tensor[]): number[] {
  return tensors.flatMap((tensor) => [...tensor.dataSync()]);
}

/** Ten noisy images of four classes: black, red, green, blue. */
function batch() {
  const classes = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1];
  const colours = classes.map((k) => [[[k === 1, k === 2, k === 3].map((on) => (on ? 3 : 0))]]);
  const noise = tf.randomNormal<tf.Rank.R4>([10, 8, 8, 3], 0, 1, 'float32', 7);
  const labels = tf.tensor1d(classes, 'int32');
  return { x: tf.add<tf.Tensor4D>(noise, tf.tensor4d(colours)), labels };
}

function train(net: Network, steps: number, compiled: boolean): number[] {
  const { x, labels } = batch();
  const optimizer = momentum(net.variables, { weightDecay: 1e-4 });
  const step = (x: tf.Tensor4D, labels: tf.Tensor1D, rate: tf.Scalar) => {
    const loss = () => softmaxCrossEntropy(labels, net.logits(x, { training: true }));
    return optimizer.minimize(loss, rate);
  };
  const run = compiled ? compile(step) : step;
  return Array.from({ length: steps }, () => run(x, labels, tf.scalar(0.02)).dataSync()[0]!);
}

describe.each(Object.keys(nets))('a net, %s', (name) => {
  const make = nets[name]!;

  it('learns: the loss of ten images falls by half in 40 compiled steps', () => {
    const losses = train(make(), 40, true);
    const mean = (list: number[]) => list.reduce((sum, loss) => sum + loss) / list.length;
    expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)) / 2);
  });

  it('trains traced as it trains op by op, over 10 steps', () => {
    const [eager, traced] = [make(), make()];
    const losses = [train(eager, 10, false), train(traced, 10, true)];
    losses[1]!.forEach((loss, i) => expect(loss).toBeCloseTo(losses[0]![i]!, 4));
    const [a, b] = [eager, traced].map((net) => values([...net.variables, ...net.statistics]));
    b!.forEach((value, i) => expect(Math.abs(value - a![i]!)).toBeLessThan(1e-3));
  });

  it('starts from the same weights for the same seed', () => {
    expect(values(make().variables)).toEqual(values(make().variables));
  });

  it('in evaluation gives the logits of its tfjs model, and moves no statistics', () => {
    const net = make();
    const before = values(net.statistics);
    const { x } = batch();
    const probabilities = values([tf.softmax(net.logits(x))]);
    const model = values([net.model.predict(x) as tf.Tensor]);
    model.forEach((p, i) => expect(p).toBeCloseTo(probabilities[i]!, 5));
    expect(values(net.statistics)).toEqual(before);
  });

  it('leaves no tensor behind after compiled steps, and frees its weights', () => {
    const { x, labels } = batch();
    const before = tf.memory().numTensors;
    const net = make();
    const step = compile((x: tf.Tensor4D) =>
      softmaxCrossEntropy(labels, net.logits(x, { training: true })),
    );
    for (let i = 0; i < 3; i++) step(x).dispose();
    step.dispose();
    net.logits(x, { training: true }).dispose();
    net.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has names that tell its blocks apart', () => {
    const names = make().blocks.map((block) => block.name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('stages', () => {
  const shapes = (net: Network, inputs: readonly number[]) => {
    let shape: tf.Shape = [null, ...inputs];
    const next = (layer: tf.layers.Layer) =>
      (shape = layer.computeOutputShape(shape) as tf.Shape).slice(1).join('x');
    net.stem.forEach(next);
    return net.stages.map((stage) => stage.map(next));
  };
  const cifar = { inputs: [32, 32, 3] as const, classes: 10, stream: Stream.of(1) };

  it.each([
    ['ResNet-20', () => resNet({ ...cifar, blocks: 3 }), ['32x32x16', '16x16x32', '8x8x64']],
    ['single representation', () => singleRepresentationNet(cifar), ['32x32x100']],
    [
      'average pooling',
      () => averagePoolingNet({ ...cifar, blocks: 1 }),
      ['32x32x150', '16x16x150', '8x8x150'],
    ],
    ['highway, 19 layers', () => highwayCifar(cifar), ['32x32x32', '16x16x80', '8x8x128']],
    [
      'highway, 10 layers',
      () => highwayMnist({ ...cifar, inputs: [28, 28, 1] }),
      ['24x24x32', '12x12x32', '6x6x32'],
    ],
  ])('of %s have the shapes of the paper, the opening blocks aside', (_, make, expected) => {
    const net = make();
    const got = shapes(net, net.inputShape);
    got.forEach((stage, i) => expect(stage.at(-1)).toBe(expected[i]));
    expect(got.length).toBe(expected.length);
    net.dispose();
  });
});

it('stochastic depth falls over all blocks, across stages, to p_L', () => {
  const net = resNet({
    ...options(),
    blocks: 3,
    widths,
    dropPath: { kind: 'linear', last: 0.4, per: 'sample' },
  });
  const config = net.blocks.map((block) => block.getConfig()['dropPath'] as { survival: number });
  const expected = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4];
  config.forEach(({ survival }, i) => expect(survival).toBeCloseTo(expected[i]!));
});

it.each<[string, number | number[]]>([
  ['0', 0],
  ['2.5', 2.5],
  ['NaN', NaN],
  ['[1, 2, 3]', [1, 2, 3]],
  ['[1, 0]', [1, 0]],
])('blocks = %s is refused by value, for two stages', (told, blocks) => {
  for (const make of [resNet, plainConvNet]) {
    expect(() => make({ ...options(), blocks, widths })).toThrow(
      `blocks, those of each stage, is a positive integer or 2 of them, not ${told}.`,
    );
  }
});

it.each([0, 1.5, 3, 4])(
  'a block shared %s times in a stage of 3 is refused with both',
  (applications) => {
    expect(() => resNet({ ...options(), blocks: 3, sharing: { applications } })).toThrow(
      `sharing.applications is an integer from 1 to 2, not ${applications}: a stage has 3 blocks`,
    );
  },
);

it('a residual net, its highway twin and its plain twin have as many weights: none is the larger', () => {
  const shape = { ...options(), blocks: 3, widths: [4, 6, 8] };
  const twins = [resNet(shape), plainConvNet(shape), highwayTwin({ ...shape, transformBias: -2 })];
  const [residual, plain, highway] = twins.map((net) => countParameters(net).trainable);
  expect([plain, highway]).toEqual([residual, residual]);
  const [, , gated] = twins;
  const kinds = gated!.stages.map((stage) => stage.map((block) => block.getClassName()));
  expect(kinds).toEqual([
    ['HighwayConv', 'HighwayConv', 'HighwayConv'],
    ['PlainConv', 'HighwayConv', 'HighwayConv'],
    ['PlainConv', 'HighwayConv', 'HighwayConv'],
  ]);
});
