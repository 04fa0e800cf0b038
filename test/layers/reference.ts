import type { Stream } from '../../lib/core/engine';
import type { Gates } from '../../lib/core/layers';

/** The layers' equations in float64, written out by hand: no tfjs. */
export type Matrix = number[][];

/** W and b of one f(x W + b). */
export interface Weights {
  kernel: Matrix;
  bias: number[];
}

export const activations = {
  relu: (z: number) => Math.max(z, 0),
  tanh: Math.tanh,
  sigmoid: (z: number) => 1 / (1 + Math.exp(-z)),
  linear: (z: number) => z,
  elu: (z: number) => (z > 0 ? z : Math.expm1(z)),
};

export type ActivationName = keyof typeof activations;

export function affine(x: Matrix, { kernel, bias }: Weights, f: ActivationName): Matrix {
  const z = (row: number[], j: number) =>
    row.reduce((sum, value, i) => sum + value * kernel[i]![j]!, bias[j]!);
  return x.map((row) => bias.map((_, j) => activations[f](z(row, j))));
}

/** Rows of Greff 2017's table: H, then T, then C as the gates need them. */
export function highway(x: Matrix, weights: Weights[], f: ActivationName, gates: Gates): Matrix {
  const [candidate, second, third] = weights;
  const h = affine(x, candidate!, f);
  const gate = (weights: Weights) => affine(x, weights, 'sigmoid');
  switch (gates) {
    case 'coupled': {
      const t = gate(second!);
      return x.map((row, n) => row.map((v, i) => h[n]![i]! * t[n]![i]! + v * (1 - t[n]![i]!)));
    }
    case 'full': {
      const [t, c] = [gate(second!), gate(third!)];
      return x.map((row, n) => row.map((v, i) => h[n]![i]! * t[n]![i]! + v * c[n]![i]!));
    }
    case 'carry-only': {
      const c = gate(second!);
      return x.map((row, n) => row.map((v, i) => h[n]![i]! + v * c[n]![i]!));
    }
    case 'transform-only': {
      const t = gate(second!);
      return x.map((row, n) => row.map((v, i) => h[n]![i]! * t[n]![i]! + v));
    }
  }
}

export function residual(
  x: Matrix,
  weights: Weights[],
  f: ActivationName,
  g: ActivationName,
  scale: number,
): Matrix {
  let h = x;
  weights.forEach((layer, i) => (h = affine(h, layer, i < weights.length - 1 ? f : g)));
  return x.map((row, n) => row.map((v, i) => v + scale * h[n]![i]!));
}

/** c x + a (f(x) W + b): a block whose activation comes first. */
export function preActivation(
  x: Matrix,
  weights: Weights,
  f: ActivationName,
  [carry, scale]: [number, number],
): Matrix {
  const active = x.map((row) => row.map(activations[f]));
  const branch = affine(active, weights, 'linear');
  return branch.map((row, n) => row.map((v, i) => (carry && carry * x[n]![i]!) + scale * v));
}

/** The positive part of x beside that of -x, then a plain layer. */
export function crelu(x: Matrix, weights: Weights): Matrix {
  const both = x.map((row) => [...row, ...row.map((v) => -v)].map(activations.relu));
  return affine(both, weights, 'linear');
}

/** A matrix of normal numbers that float32 holds exactly. */
export function randomMatrix(stream: Stream, rows: number, columns: number, scale = 1): Matrix {
  const draw = () => Math.fround(stream.normal(0, scale));
  return Array.from({ length: rows }, () => Array.from({ length: columns }, draw));
}

export function randomWeights(stream: Stream, inputs: number, units: number): Weights {
  const kernel = randomMatrix(stream, inputs, units, 1 / Math.sqrt(inputs));
  return { kernel, bias: randomMatrix(stream, 1, units, 0.5)[0]! };
}

/** The gradient of `f` by `values` (restored) by central differences. */
export function differences(values: number[], f: () => number, step: number): number[] {
  return values.map((value, i) => {
    values[i] = value + step;
    const above = f();
    values[i] = value - step;
    const below = f();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}

export function dot(a: Matrix, b: Matrix): number {
  return a.reduce((sum, row, n) => row.reduce((s, v, i) => s + v * b[n]![i]!, sum), 0);
}
