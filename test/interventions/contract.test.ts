import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { Stream } from '../../lib/core/engine';
import * as room from '../../lib/core/interventions';
import { resNet, type Network } from '../../lib/core/networks';
import { inputs, kinds, logits, net, twoStages } from './nets';

const { drop, lesion, patch, recalibrated, repeat, rewire, scale, shuffle, truncate } = room;

/** How each intervention of the room is made on a net whose every stage has two blocks or more. */
const interventions: Record<string, (net: Network, x: tf.Tensor) => Network | Promise<Network>> = {
  drop: (net) => drop(net, 2, Stream.of(1)),
  lesion: (net) => lesion(net, 1),
  patch: (net, x) => patch(net, 1, x),
  recalibrated: (net, x) => recalibrated(net, x),
  repeat: (net) => repeat(net, 1, 3),
  rewire: (net) =>
    rewire(
      net,
      net.stages.map(([first, second]) => [first!.name, second!.name]),
    ),
  scale: (net) => scale(net, 1, 0.5),
  shuffle: (net) => shuffle(net, 3, Stream.of(1)),
  truncate: (net) =>
    truncate(
      net,
      net.stages.map(() => 2),
    ),
};

const nets: Record<string, () => { net: Network; x: tf.Tensor }> = {
  ...Object.fromEntries(kinds.map((kind) => [kind, () => ({ net: net(kind), x: inputs() })])),
  'residual of two stages': () => ({ net: twoStages(), x: inputs() }),
  'convolutional residual': () => ({
    net: resNet({ inputs: [6, 6, 1], widths: [2, 3], blocks: 3, classes: 3, stream: Stream.of(2) }),
    x: tf.randomNormal([9, 6, 6, 1], 0, 1, 'float32', 1),
  }),
};

beforeAll(async () => {
  await loadNative();
});

it('every intervention of the room is looked at here', () => {
  const others = /^orderTau$|^evaluate$|[sS]weep$/;
  const makesNetworks = ([name, value]: [string, unknown]) =>
    typeof value === 'function' && !others.test(name);
  const all = Object.entries(room).filter(makesNetworks);
  expect(Object.keys(interventions)).toEqual(all.map(([name]) => name).sort());
});

describe.each(Object.keys(interventions))('%s', (name) => {
  it.each(Object.keys(nets))(
    'leaves the blocks, weights and logits of a %s net as they were, and no tensor behind',
    async (kind) => {
      const { net, x } = nets[kind]!();
      const state = () => ({
        stages: net.stages.map((blocks) => blocks.map((block) => block)),
        weights: [...net.variables, ...net.statistics].map((weight) => [...weight.dataSync()]),
        logits: logits(net, x),
      });
      const before = state();
      const tensors = tf.memory().numTensors;
      const changed = await interventions[name]!(net, x);
      expect(logits(changed, x).every(Number.isFinite)).toBe(true);
      changed.dispose();
      expect(tf.memory().numTensors).toBe(tensors);
      const after = state();
      expect(after.weights).toEqual(before.weights);
      expect(after.logits).toEqual(before.logits);
      after.stages.forEach((blocks, i) =>
        blocks.forEach((block, j) => expect(block).toBe(before.stages[i]![j])),
      );
    },
  );

  it.each(Object.keys(nets))('makes a %s net that has no weight of its own', async (kind) => {
    const { net, x } = nets[kind]!();
    const own = new Set([...net.variables, ...net.statistics]);
    const changed = await interventions[name]!(net, x);
    expect([...changed.variables, ...changed.statistics].every((w) => own.has(w))).toBe(true);
  });
});
