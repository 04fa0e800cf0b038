import * as fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import { Stream } from '../../lib/core/engine';
import {
  CReluDense,
  HighwayDense,
  PlainDense,
  PreActivationDense,
  ResidualDense,
  type Block,
  type Gates,
} from '../../lib/core/layers';
import {
  affine,
  crelu,
  highway,
  preActivation,
  randomMatrix,
  randomWeights,
  residual,
  type ActivationName,
  type Matrix,
  type Weights,
} from './reference';

/** A layer, its reference, and an input and weights for both. */
export interface Case {
  layer: Block;
  x: Matrix;
  weights: Weights[];
  reference: (x: Matrix) => Matrix;
}

export const allGates: Gates[] = ['coupled', 'full', 'carry-only', 'transform-only'];
const gateCount = { coupled: 1, full: 2, 'carry-only': 1, 'transform-only': 1 };

export const families = [
  ...(['plain', ...allGates, 'residual', 'residual of 3 layers, scaled'] as const),
  ...(['pre-activation', 'pre-activation, plain', 'crelu'] as const),
] as const;

/** Random shapes, activations and seeds. */
export const settings = fc.record({
  batch: fc.integer({ min: 1, max: 4 }),
  units: fc.integer({ min: 1, max: 6 }),
  inputs: fc.integer({ min: 1, max: 6 }),
  activation: fc.constantFrom<ActivationName[]>('relu', 'tanh', 'sigmoid', 'linear', 'elu'),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

export type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

/** One of `families` with random weights, which both the layer and its reference have. */
export function makeCase(family: (typeof families)[number], settings: Settings): Case {
  const { batch, units, activation, seed } = settings;
  const stream = Stream.of(seed);
  const free = ['plain', 'pre-activation, plain', 'crelu'].includes(family);
  const inputs = free ? settings.inputs : units;
  const x = randomMatrix(stream, batch, inputs);
  const draw = (count: number) =>
    Array.from({ length: count }, () => randomWeights(stream, inputs, units));
  const make = (layer: Block, weights: Weights[], reference: (x: Matrix) => Matrix): Case => {
    layer.apply(tf.input({ shape: [inputs] }));
    setWeights(layer, weights);
    return { layer, x, weights, reference };
  };
  const args = { units, activation };
  if (family === 'plain') {
    const weights = draw(1);
    return make(new PlainDense(args), weights, (x) => affine(x, weights[0]!, activation));
  }
  if (family === 'residual') {
    const weights = draw(1);
    return make(new ResidualDense(args), weights, (x) =>
      residual(x, weights, activation, activation, 1),
    );
  }
  if (family === 'residual of 3 layers, scaled') {
    const weights = draw(3);
    const layer = new ResidualDense({
      ...args,
      layers: 3,
      lastActivation: 'linear',
      branchScale: 0.25,
    });
    return make(layer, weights, (x) => residual(x, weights, activation, 'linear', 0.25));
  }
  if (family === 'pre-activation' || family === 'pre-activation, plain') {
    const weights = draw(1);
    const [carry, branchScale] = family === 'pre-activation' ? [0.5, -0.25] : [0, 1];
    const layer = new PreActivationDense({ ...args, norm: 'none', carry, branchScale });
    return make(layer, weights, (x) =>
      preActivation(x, weights[0]!, activation, [carry, branchScale]),
    );
  }
  if (family === 'crelu') {
    const weights = [randomWeights(stream, 2 * inputs, units)];
    return make(new CReluDense({ units }), weights, (x) => crelu(x, weights[0]!));
  }
  const weights = draw(1 + gateCount[family]);
  return make(new HighwayDense({ ...args, gates: family }), weights, (x) =>
    highway(x, weights, activation, family),
  );
}

export function setWeights(layer: Block, weights: Weights[]): void {
  tf.tidy(() =>
    layer.setWeights(
      weights.flatMap(({ kernel, bias }) => [tf.tensor2d(kernel), tf.tensor1d(bias)]),
    ),
  );
}

/** Sum of y R over all entries: a loss whose gradient by y is R. */
export function gradients(layer: Block, x: Matrix, r: Matrix): number[][] {
  return tf.tidy(() => {
    const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const loss = (x: tf.Tensor) => tf.sum(tf.mul(layer.apply(x) as tf.Tensor, tf.tensor2d(r)));
    const input = tf.tensor2d(x);
    const { grads } = tf.variableGrads(() => loss(input).asScalar(), weights);
    const byWeight = weights.map((weight) => grads[weight.name]!);
    return [tf.grad(loss)(input), ...byWeight].map((gradient) => [...gradient.dataSync()]);
  });
}

/** What the layer makes of x, row after row. */
export function outputs(layer: Block, x: Matrix): number[] {
  return tf.tidy(() => [...(layer.apply(tf.tensor2d(x)) as tf.Tensor).dataSync()]);
}

/** The largest error, relative to 1 + |expected|. */
export function error(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Infinity;
  return Math.max(...expected.map((e, i) => Math.abs(actual[i]! - e) / (1 + Math.abs(e))));
}
