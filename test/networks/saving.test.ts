import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import * as networks from '../../lib/core/networks';
import type { Network } from '../../lib/core/networks';
import { numbers, onTheAddon, reload } from '../layers/native';

const dense = (stream: Stream) => ({ stream, classes: 3, inputs: [4, 4, 1], width: 6, depth: 5 });
const conv = (stream: Stream) => ({ stream, classes: 3, inputs: [8, 8, 3] as const });
const stages = { blocks: [2, 3], widths: [4, 6] };

const builders: Record<string, ((stream: Stream) => Network)[]> = {
  plainNet: [(s) => networks.plainNet(dense(s))],
  highwayNet: [
    (s) => networks.highwayNet({ ...dense(s), transformBias: -2 }),
    (s) => networks.highwayNet({ ...dense(s), transformBias: -2, gates: 'carry-only' }),
  ],
  residualNet: [(s) => networks.residualNet({ ...dense(s), layers: 2, activation: 'hardSigmoid' })],
  resNet: [
    (s) => networks.resNet({ ...conv(s), ...stages }),
    (s) => networks.resNet({ ...conv(s), ...stages, shortcut: 'projection', preActivation: true }),
    (s) => networks.resNet({ ...conv(s), ...stages, dropPath: { kind: 'linear', last: 0.5 } }),
    (s) => networks.resNet({ ...conv(s), ...stages, batchNorm: false, shortcut: 'average' }),
    (s) => networks.resNet({ ...conv(s), ...stages, blocks: 4, sharing: { applications: 3 } }),
  ],
  plainConvNet: [(s) => networks.plainConvNet({ ...conv(s), ...stages })],
  highwayTwin: [(s) => networks.highwayTwin({ ...conv(s), ...stages, transformBias: -2 })],
  singleRepresentationNet: [
    (s) => networks.singleRepresentationNet({ ...conv(s), width: 4, blocks: 2 }),
  ],
  averagePoolingNet: [
    (s) => networks.averagePoolingNet({ ...conv(s), width: 4, blocks: [1, 2, 1] }),
  ],
  highwayConvNet: [
    (s) =>
      networks.highwayConvNet({
        ...conv(s),
        stages: [
          { filters: 4, blocks: 1 },
          { filters: 6, blocks: 1, pooling: { size: 3, strides: 2 } },
        ],
        head: { kind: 'mean', filters: 5 },
        transformBias: -2,
      }),
  ],
  highwayMnist: [(s) => networks.highwayMnist({ ...conv(s), inputs: [28, 28, 1], width: 4 })],
  highwayCifar: [(s) => networks.highwayCifar(conv(s))],
};

const exported = Object.keys(networks).filter((name) => /Net$|^highway/.test(name));
const cases = exported.flatMap((name) =>
  (builders[name] ?? []).map((build, i) => [`${name}, ${i + 1}`, build] as const),
);

onTheAddon();

it.each(exported)('the builder %s stands here: no net goes unsaved', (name) => {
  expect(builders[name] ?? [], `give ${name} a net in saving.test.ts`).not.toEqual([]);
});

it.each(cases)('a saved and loaded net has the same logits to the bit: %s', async (_, build) => {
  const net = build(Stream.of(5));
  const x = tf.randomNormal([5, ...net.inputShape], 0, 1, 'float32', 3);
  const logits = (model: tf.LayersModel) => {
    const { inputs } = model;
    const outputs = model.getLayer('logits').output as tf.SymbolicTensor;
    return numbers(tf.model({ inputs, outputs }).predict(x) as tf.Tensor);
  };
  const expected = logits(net.model);
  expect(logits(await reload(net.model))).toEqual(expected);
});

it.each(cases)('a missing stream is refused with the way out: %s', (_, build) => {
  expect(() => build(undefined as unknown as Stream)).toThrow('give it one, such as Stream.of(1).');
});
