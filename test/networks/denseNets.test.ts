import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, softmaxCrossEntropy, Stream } from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';
import { highwayNet, Network, plainNet, residualNet } from '../../lib/core/networks';
import type { Block } from '../../lib/core/layers';

const small = { inputs: [4, 4, 1], width: 6, depth: 5, classes: 3 };

const builders: Record<string, (seed?: number) => Network> = {
  plain: (seed = 1) => plainNet({ ...small, stream: Stream.of(seed) }),
  highway: (seed = 1) => highwayNet({ ...small, transformBias: -2, stream: Stream.of(seed) }),
  residual: (seed = 1) => residualNet({ ...small, layers: 2, stream: Stream.of(seed) }),
};
const kinds = Object.keys(builders);

beforeAll(async () => {
  await loadNative();
});

const values = (tensors: tf.Tensor[]) => tensors.map((tensor) => [...tensor.dataSync()]);

describe("the paper's stacks", () => {
  const paper = { inputs: 784, depth: 10, classes: 10, stream: Stream.of(1) };

  it('have equal parameters a layer to within 1 %: plain 71 wide (5112), highway 50 wide (5100)', () => {
    const plain = plainNet({ ...paper, width: 71 });
    const highway = highwayNet({ ...paper, width: 50, transformBias: -2 });
    const [a, b] = [plain, highway].map((net) => net.blocks.map((block) => block.countParams()));
    expect(new Set(a)).toEqual(new Set([5112]));
    expect(new Set(b)).toEqual(new Set([5100]));
    expect(Math.abs(5112 / 5100 - 1)).toBeLessThan(0.01);
  });

  it('have one plain layer to the width, then depth - 1 blocks by name, then the head', () => {
    const net = highwayNet({ ...paper, width: 50, transformBias: -3 });
    expect(net.stem.map((layer) => layer.getClassName())).toEqual(['PlainDense']);
    expect(net.stages.map((stage) => stage.length)).toEqual([9]);
    expect(net.blocks[6]!.name).toBe('highway_07');
    expect(net.model.outputs[0]!.shape).toEqual([null, 10]);
    const parameters = 784 * 50 + 50 + 9 * 5100 + 50 * 10 + 10;
    expect(net.model.countParams()).toBe(parameters);
    expect(net.variables.reduce((sum, variable) => sum + variable.size, 0)).toBe(parameters);
  });
});

describe.each(kinds)('a %s net', (kind) => {
  const make = builders[kind]!;
  const x = () => tf.randomNormal([7, 4, 4, 1], 0, 1, 'float32', 5);

  it('gives logits whose softmax the model predicts', () => {
    const net = make();
    const [a, b] = [tf.softmax(net.logits(x())), net.model.predict(x()) as tf.Tensor];
    expect(tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]).toBeLessThan(1e-6);
  });

  it('has the same weights for the same seed, and others for another', () => {
    const [a, b, c] = [make(1), make(1), make(2)].map((net) => values(net.variables));
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  it('has no two layers that start alike', () => {
    const kernels = make().variables.filter((variable) => variable.rank === 2);
    expect(new Set(values(kernels).map(String)).size).toBe(kernels.length);
  });

  it('lists every weight, once', () => {
    const net = make();
    expect(net.variables.length).toBe(net.model.weights.length);
    const { stem, stages, head } = net;
    const [stage] = stages;
    const twice = new Network({
      inputShape: [4, 4, 1],
      stem: [...stem],
      stages: [[...stage!, ...stage!]],
      head: [...head],
    });
    expect(twice.variables).toEqual(net.variables);
  });

  it('shares its weights with a network over the same blocks in another order', () => {
    const net = make();
    const reversed = new Network({
      inputShape: [4, 4, 1],
      stem: [...net.stem],
      stages: [[...net.blocks].reverse()],
      head: [...net.head],
    });
    const before = values([reversed.logits(x())]);
    const kernel = net.blocks[0]!.getWeights()[0]!;
    net.blocks[0]!.setWeights([tf.zerosLike(kernel), ...net.blocks[0]!.getWeights().slice(1)]);
    expect(values([reversed.logits(x())])).not.toEqual(before);
    expect(values([reversed.model.predict(x()) as tf.Tensor])[0]).toHaveLength(21);
  });

  it('computes in a compiled function what it computes op by op, with its gradients', () => {
    const net = make();
    const labels = tf.tensor1d([0, 1, 2, 0, 1, 2, 0], 'int32');
    const run = (x: tf.Tensor) => {
      const loss = () => softmaxCrossEntropy(labels, net.logits(x));
      const { value, grads } = tf.variableGrads(loss, net.variables);
      return [value, ...net.variables.map((variable) => grads[variable.name]!)];
    };
    const compiled = compile(run, { state: net.variables });
    const input = x();
    compiled(input);
    const [traced, eager] = [compiled(input), run(input)].map(values);
    traced!.forEach((part, i) =>
      part.forEach((value, j) => expect(value).toBeCloseTo(eager![i]![j]!, 5)),
    );
    compiled.dispose();
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    const net = make();
    const input = x();
    net.logits(input).dispose();
    input.dispose();
    net.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a depth that does not fit', () => {
  it('is refused with the numbers', () => {
    const stream = Stream.of(1);
    expect(() => residualNet({ ...small, depth: 4, layers: 2, stream })).toThrow(
      'A residual net of depth 4 has a first layer and 3 more, which do not make whole blocks of 2.',
    );
    expect(() => plainNet({ ...small, depth: 0, stream })).toThrow('depth 0');
  });
});

it('a stage of layers that are no blocks is refused by the name of the layer', () => {
  const dense = tf.layers.dense({ name: 'not_a_block', units: 3 }) as unknown as Block;
  expect(() => new Network({ inputShape: [3], stem: [], stages: [[dense]], head: [] })).toThrow(
    'A stage is made of blocks, which Dense "not_a_block" is not',
  );
});
