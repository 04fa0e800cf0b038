import type * as tf from '@tensorflow/tfjs';
import type { Split } from '../../lib/core/data';
import type { Network } from '../../lib/core/networks';

const step = 1e-6;

/** A net of residual blocks y = x + tanh(x W + b) / 2, a tanh layer in front, in float64. */
export class Reference {
  private readonly inputs: number[][];
  private readonly labels: number[];
  private readonly weights: Float64Array[][];

  constructor(network: Network, data: Split) {
    const { inputs: images } = data;
    const width = images.size / data.size;
    const values = [...images.dataSync()];
    this.inputs = Array.from({ length: data.size }, (_, n) =>
      values.slice(n * width, (n + 1) * width),
    );
    this.labels = [...data.labels.dataSync()];
    this.weights = [...network.stem.slice(1), ...network.blocks, ...network.head].map((layer) =>
      layer.getWeights().map((weight: tf.Tensor) => Float64Array.from(weight.dataSync())),
    );
  }

  /** The states of sample n. */
  states(n: number): number[][] {
    const states = [affine(this.inputs[n]!, this.weights[0]!).map(Math.tanh)];
    for (const weights of this.weights.slice(1, -1)) states.push(block(states.at(-1)!, weights));
    return states;
  }

  /** dL/dh of sample n by its state `i`, by central differences. */
  gradient(n: number, i: number): number[] {
    const state = this.states(n)[i]!;
    const loss = (unit: number, shift: number) =>
      this.lossFrom(
        i,
        state.map((value, u) => (u === unit ? value + shift : value)),
        n,
      );
    return state.map((_, unit) => (loss(unit, step) - loss(unit, -step)) / (2 * step));
  }

  /** The gradient of the mean loss by the weights of block `i`, by central differences. */
  weightGradient(i: number): number[] {
    return this.weights[i + 1]!.flatMap((values) =>
      Array.from(values, (value, w) => {
        const loss = (shift: number) => {
          values[w] = value + shift;
          return this.labels.reduce(
            (sum, _, n) => sum + this.lossFrom(0, this.states(n)[0]!, n),
            0,
          );
        };
        const slope = (loss(step) - loss(-step)) / (2 * step * this.labels.length);
        values[w] = value;
        return slope;
      }),
    );
  }

  private lossFrom(i: number, state: number[], n: number): number {
    const last = this.weights.slice(1 + i, -1).reduce(block, state);
    const logits = affine(last, this.weights.at(-1)!);
    const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
    return Math.log(total) - logits[this.labels[n]!]!;
  }
}

function block(x: number[], weights: Float64Array[]): number[] {
  return affine(x, weights).map((z, i) => x[i]! + Math.tanh(z) / 2);
}

function affine(x: number[], [kernel, bias]: Float64Array[]): number[] {
  const units = bias!.length;
  return Array.from(bias!, (b, u) => x.reduce((sum, v, i) => sum + v * kernel![i * units + u]!, b));
}
