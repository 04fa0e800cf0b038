import * as tf from '@tensorflow/tfjs';
import type { activate } from './ops/activation';
import type { batchNorm } from './ops/batchNorm';
import type { Branch } from './ops/conditional';
import type { dense } from './ops/dense';
import type { highway, highwayPaths } from './ops/highway';
import type { update } from './optimizers/update';

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
  record(fn: (...args: never[]) => unknown, args: never[]): Recorded;
}

/** Records functions of one scalar result as loops over stacks of their inputs. */
export interface LoopRecorder {
  /** How many calls a loop has to make to be worth what it takes to compile it. */
  readonly worth: number;
  /** How many calls are best made at once. */
  readonly atOnce: number;
  /** Runs `fn` and records it; the trace runs it on stacks of inputs, [calls, ...]. */
  record(fn: (...inputs: tf.Tensor[]) => tf.Scalar, inputs: tf.Tensor[]): Recorded;
}

/** What a function gave while it was recorded. */
export interface Recorded {
  result: unknown;
  trace?: Trace;
}

/** A branch of a graph that can be added to what does not depend on it. */
export interface GraphBranch extends Branch {
  /** x + f, and x where the branch does not run; the gradient enters the branch with f. */
  add<T extends tf.Tensor>(x: T, f: T): T;
}

/** A function that takes and gives what `F` does, all arguments given. */
type Like<F extends (...args: never[]) => unknown> = (
  ...args: Required<Parameters<F>>
) => ReturnType<F>;

/**
 * What a backend computes by kernels of its own, each with its gradient, where the functions of the
 * same names would go op by op.
 */
export interface Kernels {
  activate: Like<typeof activate>;
  batchNorm: Like<typeof batchNorm>;
  dense: Like<typeof dense>;
  highway: Like<typeof highway>;
  highwayPaths: Like<typeof highwayPaths>;
  update: Like<typeof update>;
  /** The draw that (seed, count) stands for. */
  draw(kind: 'uniform' | 'normal', shape: number[], seed: number, count: tf.Tensor): tf.Tensor;
  /** The branch of the graph being recorded that runs only where `keep` holds; none elsewhere. */
  branch(keep: tf.Scalar): GraphBranch | undefined;
  recorder: Recorder;
  /** Where many calls in one are faster than one by one. */
  loops: LoopRecorder;
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
