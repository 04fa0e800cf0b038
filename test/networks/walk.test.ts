import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { softmaxCrossEntropy, Stream } from '../../lib/core/engine';
import { highwayConvNet, resNet, type Network } from '../../lib/core/networks';
import { walk } from '../../lib/core/networks/walk';
import {
  candidateWeights,
  featureCorrelations,
  gateMeans,
  gateRouting,
  gateSparsities,
  stageErrors,
  stateChanges,
  stateNorms,
  updateCosines,
  updatePartCosines,
  updateRatios,
  weightGradients,
} from '../../lib/core/probes';

beforeAll(async () => {
  await loadNative();
});

const samples = 6;

function pictures(count: number, side: number, channels: number) {
  const stream = Stream.of(4);
  const numbers = Float32Array.from({ length: count * side * side * channels }, () =>
    stream.normal(),
  );
  return {
    inputs: tf.tensor4d(numbers, [count, side, side, channels]),
    labels: tf.tensor1d(
      Int32Array.from({ length: count }, (_, i) => i % 3),
      'int32',
    ),
  };
}

const conv = { inputs: [6, 6, 1], widths: [2, 3], blocks: 3, classes: 3 } as const;

describe('a walk', () => {
  it('shows the states that the blocks pass on, in order', () => {
    const net = resNet({ ...conv, stream: Stream.of(2) });
    const { inputs } = pictures(samples, 6, 1);
    let state = net.embed(inputs);
    tf.tidy(() =>
      walk(net, inputs, ({ place, before, after, parts }) => {
        expect(before.dataSync()).toEqual(state.dataSync());
        state = tf.keep(place.block.apply(state) as tf.Tensor);
        expect(after.dataSync()).toEqual(state.dataSync());
        expect(parts.output.dataSync()).toEqual(state.dataSync());
        return [];
      }),
    );
    const logits = net.classify(state).dataSync();
    expect(logits).toEqual(net.logits(inputs).dataSync());
  });

  it('has gradients of the very net whose states it shows, also where blocks are dropped at random', () => {
    const dropped = { kind: 'uniform', last: 0.5 } as const;
    const net = resNet({ ...conv, preActivation: true, dropPath: dropped, stream: Stream.of(2) });
    const { inputs, labels } = pictures(samples, 6, 1);
    for (let draw = 0; draw < 5; draw++) {
      tf.tidy(() => {
        const visits = walk(
          net,
          inputs,
          ({ before, after, gradients }) => ({ before, after, ...{ gradient: gradients!.after } }),
          { labels, training: true },
        );
        const { after, gradient } = visits.at(-1)!;
        const ofHead = tf.grad((state: tf.Tensor) =>
          tf.mul(softmaxCrossEntropy(labels, net.classify(state, { training: true })), samples),
        )(after);
        const difference = tf.max(tf.abs(tf.sub(ofHead, gradient))).dataSync()[0]!;
        expect(difference).toBeLessThan(1e-6);
      });
    }
  });

  it('gives back through a dropped block the gradient it got', () => {
    const dropped = { kind: 'uniform', last: 0.5 } as const;
    const net = resNet({ ...conv, preActivation: true, dropPath: dropped, stream: Stream.of(2) });
    const { inputs, labels } = pictures(samples, 6, 1);
    const [kept, gone] = [new Set<boolean>(), new Set<boolean>()];
    for (let draw = 0; draw < 10; draw++) {
      tf.tidy(() =>
        walk(
          net,
          inputs,
          ({ before, after, gradients }) => {
            if (before.size !== after.size) return [];
            const same = (a: tf.Tensor, b: tf.Tensor) =>
              tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] === 0;
            const skipped = same(before, after);
            (skipped ? gone : kept).add(same(gradients!.before, gradients!.after));
            return [];
          },
          { labels, training: true },
        ),
      );
    }
    expect([...gone]).toEqual([true]);
    expect([...kept]).toEqual([false]);
  });

  it('leaves no tensor behind', () => {
    const net = resNet({ ...conv, stream: Stream.of(2) });
    const { inputs, labels } = pictures(samples, 6, 1);
    const before = tf.memory().numTensors;
    tf.tidy(() => void walk(net, inputs, () => [], { labels }));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('one budget for the memory of all probes', () => {
  const stages = [
    { filters: 16, blocks: 6 },
    { filters: 32, blocks: 6, pooling: { size: 2, strides: 2 } },
  ];
  const nets: Record<string, () => Network> = {
    'convolutional highway': () =>
      highwayConvNet({
        inputs: [32, 32, 3],
        classes: 3,
        stages,
        head: { kind: 'mean', filters: 10 },
        transformBias: -2,
        stream: Stream.of(1),
      }),
    residual: () =>
      resNet({
        inputs: [32, 32, 3],
        blocks: 3,
        preActivation: true,
        classes: 3,
        stream: Stream.of(1),
      }),
  };
  type Data = ReturnType<typeof pictures>;
  const probes: Record<string, (net: Network, data: Data) => Promise<unknown>> = {
    candidateWeights: (net, { inputs }) => candidateWeights(net, inputs, { target: 'without' }),
    featureCorrelations: (net, { inputs }) => featureCorrelations(net, inputs),
    gateMeans: (net, { inputs }) => gateMeans(net, inputs),
    gateRouting: (net, { inputs, labels }) =>
      gateRouting(net, inputs, labels, { classes: 3, shuffles: 2, stream: Stream.of(1) }),
    gateSparsities: (net, { inputs }) => gateSparsities(net, inputs),
    stageErrors: (net, { inputs }) => stageErrors(net, inputs),
    stateChanges: (net, { inputs }) => stateChanges(net, inputs),
    stateNorms: (net, { inputs, labels }) => stateNorms(net, inputs, labels),
    updateCosines: (net, { inputs, labels }) => updateCosines(net, inputs, labels),
    updatePartCosines: (net, { inputs, labels }) => updatePartCosines(net, inputs, labels),
    updateRatios: (net, { inputs }) => updateRatios(net, inputs),
    weightGradients: (net, { inputs, labels }) => weightGradients(net, inputs, labels),
  };

  it.each(Object.keys(nets).flatMap((net) => Object.keys(probes).map((probe) => [probe, net])))(
    '%s of a %s net takes no more than 32 MB for 40 pictures, twice the budget',
    async (probe, name) => {
      const net = nets[name!]!();
      const data = pictures(40, 32, 3);
      const before = tf.memory().numBytes;
      const { peakBytes } = await tf.profile(async () => {
        await probes[probe!]!(net, data);
        return [];
      });
      expect(peakBytes - before).toBeLessThan(2 ** 25);
    },
  );
});
