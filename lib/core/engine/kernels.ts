import * as tf from '@tensorflow/tfjs';
import type { Activation } from './ops/activation';
import type { Normalized } from './ops/batchNorm';
import type { Branch } from './ops/conditional';
import type { HighwayWeights, Paths } from './ops/highway';

/** A compiled function's call for inputs of given shapes, recorded. */
export interface Trace {
  run(inputs: tf.Tensor[]): unknown;
  dispose(): void;
}

/** Records functions of tensors as graphs. */
export interface Recorder {
  /** Whether a function is being recorded. */
  readonly busy: boolean;
  /** Runs `fn` and records it; no trace when it made variables. */
  record(fn: (...args: never[]) => unknown, args: never[]): { result: unknown; trace?: Trace };
}

/**
 * What a backend computes by kernels of its own, each with its gradient, where the formulas in `ops/`
 * would go op by op. Each takes and gives what the function of the same name does.
 */
export interface Kernels {
  batchNorm(
    x: tf.Tensor,
    gamma: tf.Tensor1D,
    beta: tf.Tensor1D,
    epsilon: number,
  ): Normalized<tf.Tensor>;
  dense(
    x: tf.Tensor2D,
    kernel: tf.Tensor2D,
    bias: tf.Tensor1D,
    activation: Activation,
  ): tf.Tensor2D;
  highway(x: tf.Tensor2D, weights: HighwayWeights, activation: Activation): tf.Tensor2D;
  highwayPaths(
    x: tf.Tensor2D,
    blocks: readonly HighwayWeights[],
    activation: Activation,
    paths: Paths,
  ): tf.Tensor2D;
  /** The branch of the graph being recorded that runs only where `keep` holds; none elsewhere. */
  branch(keep: tf.Scalar): GraphBranch | undefined;
  /** The draw that (seed, count) stands for. */
  draw(kind: 'uniform' | 'normal', shape: number[], seed: number, count: tf.Tensor): tf.Tensor;
  /**
   * Changes `variables` as `compute` does, in the graph being recorded by TensorFlow's op `op` of
   * `inputs`, which does the same in place.
   */
  update(
    op: string,
    inputs: tf.Tensor[],
    variables: tf.Variable[],
    compute: () => void,
    flags: Record<string, boolean>,
  ): void;
  recorder: Recorder;
}

/** A branch of a graph that can be added to what does not depend on it. */
export interface GraphBranch extends Branch {
  /** x + f, and x where the branch does not run; the gradient enters the branch with f. */
  add<T extends tf.Tensor>(x: T, f: T): T;
}

const registry = new Map<string, Partial<Kernels>>();
const none: Partial<Kernels> = {};

/** Says what tfjs's backend of this name has kernels for. */
export function registerKernels(backend: string, kernels: Partial<Kernels>): void {
  registry.set(backend, kernels);
}

/** The kernels of the backend in use. */
export function kernels(): Partial<Kernels> {
  return registry.get(tf.getBackend()) ?? none;
}
