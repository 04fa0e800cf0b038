import type * as tf from '@tensorflow/tfjs';
import type { Network } from '../../lib/core/networks';

type Row = readonly number[];

/** What one sample does in a net: states, first the stem's, and how each block makes the next. */
export interface Trace {
  states: number[][];
  logits: number[];
}

/**
 * The nets of `../interventions/nets.ts`, written out in float64 from their equations: a tanh layer,
 * then blocks of one kind with H = tanh, then logits. Gradients go back by the chain rule; 1 - p of a
 * class is the sum of the others, so that confident samples keep theirs.
 */
export class DenseReference {
  private readonly weights: number[][][];

  constructor(
    private readonly kind: 'plain' | 'highway' | 'residual',
    network: Network,
  ) {
    const layers = [...network.stem.slice(1), ...network.blocks, ...network.head];
    this.weights = layers.map((layer) =>
      layer.getWeights().map((weight: tf.Tensor) => [...weight.dataSync()]),
    );
  }

  trace(x: Row): Trace {
    const states = [affine(x, this.weights[0]!).map(Math.tanh)];
    for (const weights of this.weights.slice(1, -1)) {
      states.push(this.terms(states.at(-1)!, weights).y);
    }
    return { states, logits: this.classify(states.at(-1)!) };
  }

  classify(state: Row): number[] {
    return affine(state, this.weights.at(-1)!);
  }

  /** H, T and C of block `i` for its input. */
  termsOf(i: number, x: Row) {
    return this.terms(x, this.weights[i + 1]!);
  }

  /** dL/dh by each state, L the loss of class `y`. */
  gradients({ states, logits }: Trace, y: number): number[][] {
    const p = probabilities(logits);
    const missing = p.reduce((sum, value, k) => (k === y ? sum : sum + value), 0);
    const ofLogits = p.map((value, k) => (k === y ? -missing : value));
    const gradients = [back(ofLogits, this.weights.at(-1)![0]!)];
    for (let i = states.length - 2; i >= 0; i--) {
      gradients.unshift(this.through(states[i]!, this.weights[i + 1]!, gradients[0]!));
    }
    return gradients;
  }

  /** The gradient before block `i`, with state x, from that behind it. */
  back(i: number, x: Row, dy: Row): number[] {
    return this.through(x, this.weights[i + 1]!, dy);
  }

  private terms(x: Row, [kernel, bias, gateKernel, gateBias]: number[][]) {
    const H = affine(x, [kernel!, bias!]).map(Math.tanh);
    const one = x.map(() => 1);
    const none = x.map(() => 0);
    if (this.kind === 'plain') return { H, T: one, C: none, y: H };
    if (this.kind === 'residual') {
      const T = x.map(() => 0.5);
      return { H, T, C: one, y: x.map((v, i) => v + T[i]! * H[i]!) };
    }
    const T = affine(x, [gateKernel!, gateBias!]).map((z) => 1 / (1 + Math.exp(-z)));
    const y = x.map((v, i) => H[i]! * T[i]! + v * (1 - T[i]!));
    return { H, T, C: T.map((t) => 1 - t), y };
  }

  private through(x: Row, weights: number[][], dy: Row): number[] {
    const { H, T, C } = this.terms(x, weights);
    const intoH = back(
      dy.map((d, i) => d * T[i]! * (1 - H[i]! ** 2)),
      weights[0]!,
    );
    const dx = x.map((_, i) => dy[i]! * C[i]! + intoH[i]!);
    if (this.kind !== 'highway') return dx;
    const intoT = back(
      dy.map((d, i) => d * (H[i]! - x[i]!) * T[i]! * (1 - T[i]!)),
      weights[2]!,
    );
    return dx.map((d, i) => d + intoT[i]!);
  }
}

/** The softmax. */
export function probabilities(logits: Row): number[] {
  return logits.map((z) => 1 / logits.reduce((sum, other) => sum + Math.exp(other - z), 0));
}

/** -log p of class `y`, exact where p is all but 1. */
export function lossOf(logits: Row, y: number): number {
  const behind = logits.reduce((sum, z, k) => sum + (k === y ? 0 : Math.exp(z - logits[y]!)), 0);
  return Math.log1p(behind);
}

export const dot = (a: Row, b: Row) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
export const norm = (a: Row) => Math.sqrt(dot(a, a));
export const minus = (a: Row, b: Row) => a.map((value, i) => value - b[i]!);
export const mean = (values: Row) => values.reduce((a, b) => a + b, 0) / values.length;

/** The cosine; 0 where one of the two is 0. */
export function cosine(a: Row, b: Row): number {
  const lengths = norm(a) * norm(b);
  return lengths === 0 ? 0 : dot(a, b) / lengths;
}

/** f - (f . h / h . h) h; f where h is 0, and 0 where f is parallel to h. */
export function tangential(f: Row, h: Row): number[] {
  if (norm(h) === 0) return [...f];
  const rest = f.map((value, i) => value - (dot(f, h) / dot(h, h)) * h[i]!);
  return norm(rest) < 1e-9 * norm(f) ? rest.map(() => 0) : rest;
}

function affine(x: Row, [kernel, bias]: number[][]): number[] {
  const units = bias!.length;
  return bias!.map((b, u) => x.reduce((sum, v, i) => sum + v * kernel![i * units + u]!, b));
}

/** The gradient by x of x W, from that by x W. */
function back(dz: Row, kernel: Row): number[] {
  const units = dz.length;
  return Array.from({ length: kernel.length / units }, (_, i) =>
    dz.reduce((sum, d, u) => sum + d * kernel[i * units + u]!, 0),
  );
}
