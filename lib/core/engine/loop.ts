import * as tf from '@tensorflow/tfjs';
import { compile } from './compile';
import { kernels, type LoopRecorder, type Trace } from './kernels';

/** A function of data, which is the same in each call, and of inputs, which are not. */
export type LoopStep = (data: tf.Tensor[], inputs: tf.Tensor[]) => tf.Scalar;

/** A function to be called for many inputs. */
export interface Loop {
  /** So many calls are best made at once; 1 where a call gains nothing by others. */
  readonly atOnce: number;
  /**
   * Calls the function for each row of `stacks`, one after the other: call k with row k of each.
   *
   * @param stacks [calls, ...]
   * @returns the results, [calls]
   */
  run(stacks: tf.Tensor[]): tf.Tensor1D;
  /** Gives the graphs up. Variables keep their values. */
  dispose(): void;
}

/** How a loop is compiled. */
export interface LoopOptions {
  /** What the function gets in each call. It has to stay alive. */
  data: tf.Tensor[];
  /** About how many calls there will be. */
  calls: number;
  /** The variables that the function reads and assigns. */
  state?: readonly tf.Tensor[];
}

/**
 * `step` as a loop. Where the backend compiles loops and so many calls are worth it, the first call runs op
 * by op and is recorded, and further ones run on the device without coming back between them, with the
 * data there. Elsewhere each call is one of `compile`'s.
 *
 * @throws what `compile` throws
 */
export function compileLoop(step: LoopStep, { data, calls, state }: LoopOptions): Loop {
  const { loops } = kernels();
  if (loops && calls >= loops.worth) {
    return new RecordedLoop((...inputs) => step(data, inputs), loops);
  }
  const once = compile((inputs: tf.Tensor[], data: tf.Tensor[]) => step(data, inputs), { state });
  const run = (stacks: tf.Tensor[]): tf.Tensor1D =>
    tf.tidy(() => {
      const calls = Array.from({ length: stacks[0]!.shape[0] }, (_, k) =>
        once(rows(stacks, k), data),
      );
      return tf.stack(calls) as tf.Tensor1D;
    });
  return { atOnce: 1, run, dispose: () => once.dispose() };
}

class RecordedLoop implements Loop {
  readonly atOnce: number;
  private trace?: Trace;

  constructor(
    private readonly step: (...inputs: tf.Tensor[]) => tf.Scalar,
    private readonly loops: LoopRecorder,
  ) {
    this.atOnce = loops.atOnce;
  }

  run(stacks: tf.Tensor[]): tf.Tensor1D {
    return tf.tidy(() => {
      if (this.trace) return this.trace.run(stacks) as tf.Tensor1D;
      const { result, trace } = this.loops.record(this.step, rows(stacks, 0));
      this.trace = trace;
      const first = tf.reshape<tf.Rank.R1>(result as tf.Scalar, [1]);
      if (stacks[0]!.shape[0] === 1) return first;
      const rest = this.run(stacks.map((stack) => tf.slice(stack, 1)));
      return tf.concat([first, rest]);
    });
  }

  dispose(): void {
    this.trace?.dispose();
    this.trace = undefined;
  }
}

function rows(stacks: tf.Tensor[], index: number): tf.Tensor[] {
  return stacks.map((stack) => tf.reshape(tf.slice(stack, index, 1), stack.shape.slice(1)));
}
