import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { Split } from '../../lib/core/data';
import { Stream } from '../../lib/core/engine';
import { HighwayConv } from '../../lib/core/layers';
import { highwayConvNet, resNet, type Network } from '../../lib/core/networks';
import * as room from '../../lib/core/probes';

type Probe = (net: Network, data: Split) => Promise<unknown>;

/** How each probe of the room is called. */
const probes: Record<string, Probe> = {
  candidateWeights: (net, { inputs }) => room.candidateWeights(net, inputs, { target: 'without' }),
  exitScores: (net, data) => room.exitScores(net, data),
  featureCorrelations: (net, { inputs }) => room.featureCorrelations(net, inputs),
  gateBiases: (net) => {
    const gated = net.blocks.filter((block) => block instanceof HighwayConv);
    return room.gateBiases({ blocks: gated } as unknown as Network);
  },
  gateMeans: (net, { inputs }) => room.gateMeans(net, inputs),
  gateRouting: (net, { inputs, labels }) =>
    room.gateRouting(net, inputs, labels, { classes: 3, shuffles: 2, stream: Stream.of(1) }),
  gateSparsities: (net, { inputs }) => room.gateSparsities(net, inputs),
  gradientCorrelation: (net, { inputs }) => room.gradientCorrelation(net, inputs),
  pathGradients: (net, { inputs, labels }) => room.pathGradients(net, inputs, labels),
  sampleActivity: async (net, { inputs }) => {
    const sample = tf.slice(inputs, 0, 1);
    const activity = await room.sampleActivity(net, sample);
    sample.dispose();
    return activity;
  },
  sampleJourney: async (net, { inputs }) => {
    const sample = tf.slice(inputs, 0, 1);
    const journey = await room.sampleJourney(net, sample);
    sample.dispose();
    return journey;
  },
  singlePathGradients: (net, { inputs, labels }) =>
    room.singlePathGradients(net, inputs, labels, { stream: Stream.of(1), draws: 2 }),
  stageErrorVariances: (net, { inputs }) => room.stageErrorVariances(net, inputs),
  stageErrors: (net, { inputs }) => room.stageErrors(net, inputs),
  stateChanges: (net, { inputs }) => room.stateChanges(net, inputs),
  stateNorms: (net, { inputs, labels }) => room.stateNorms(net, inputs, labels),
  twinErrors: (net, { inputs }) => room.twinErrors(net, net, inputs, { fitOn: inputs }),
  updateCosines: (net, { inputs, labels }) => room.updateCosines(net, inputs, labels),
  updatePartCosines: (net, { inputs, labels }) => room.updatePartCosines(net, inputs, labels),
  updateRatios: (net, { inputs }) => room.updateRatios(net, inputs),
  weightGradients: (net, { inputs, labels }) => room.weightGradients(net, inputs, labels),
};

const stage = { filters: 16, blocks: 6 };

const nets: Record<string, () => Network> = {
  'convolutional highway': () =>
    highwayConvNet({
      inputs: [32, 32, 3],
      classes: 3,
      stages: [stage, { ...stage, pooling: { size: 2, strides: 2 } }],
      head: { kind: 'mean', filters: 10 },
      transformBias: -2,
      stream: Stream.of(1),
    }),
  residual: () =>
    resNet({
      inputs: [32, 32, 3],
      classes: 3,
      blocks: 3,
      preActivation: true,
      stream: Stream.of(1),
    }),
};

/** Random pictures of three classes in turn. */
function pictures(count: number): Split {
  const stream = Stream.of(4);
  const numbers = Float32Array.from({ length: count * 32 * 32 * 3 }, () => stream.normal());
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  return new Split(tf.tensor4d(numbers, [count, 32, 32, 3]), tf.tensor1d(labels, 'int32'));
}

/** Whether a value is made of numbers, strings, arrays and records alone. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return ['number', 'string'].includes(typeof value);
  const own = Object.getPrototypeOf(value) as object;
  return [Object.prototype, Array.prototype].includes(own) && Object.values(value).every(isPlain);
}

beforeAll(async () => {
  await loadNative();
});

it('every probe of the room is looked at here', () => {
  const all = Object.entries(room).filter(
    ([, value]) => value.constructor.name === 'AsyncFunction',
  );
  expect(Object.keys(probes)).toEqual(all.map(([name]) => name).sort());
});

/** Whether a probe goes back through a net, which then holds much more of each picture. */
const goesBack = (name: string) => /Cosines|Norms|Gradients|gradient/.test(name);

describe.each(Object.keys(probes))('%s', (name) => {
  it('takes no more than 128 MB, twice the budget, however many pictures there are', async () => {
    const net = nets['convolutional highway']!();
    const data = pictures(goesBack(name) ? 16 : 200);
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(async () => {
      await probes[name]!(net, data);
      return [];
    });
    expect(peakBytes - before).toBeLessThan(2 ** 27);
    data.dispose();
  });

  it.each(Object.keys(nets))(
    'leaves no tensor of a %s net behind, and gives plain numbers in rows',
    async (kind) => {
      const [net, data] = [nets[kind]!(), pictures(4)];
      const before = tf.memory().numTensors;
      const result = await probes[name]!(net, data);
      expect(tf.memory().numTensors).toBe(before);
      expect(isPlain(result)).toBe(true);
      data.dispose();
    },
  );
});
