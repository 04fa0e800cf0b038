import * as tf from '@tensorflow/tfjs';
import { kernels, type Trace } from './kernels';
import { type Leaf, leaves, replaceLeaves, signature } from './structure';
import { takesGradient } from './tfjs';

/** How many traces a compiled function keeps; the one not used for longest is freed. */
const capacity = 8;

const growing =
  'compile: the function makes a tf.variable in every call, which a graph can not. Make it once, outside.';

/** How a function is compiled. */
export interface CompileOptions {
  /**
   * The variables that the function reads and assigns, or a function that lists them. Those it
   * touches without being listed are found while it is recorded; listing them
   * lets a changed list, such as that of another model, be noticed.
   */
  state?: readonly tf.Tensor[] | (() => readonly tf.Tensor[]);
}

/** A compiled function: called like the original. */
export type Compiled<F> = F & {
  /**
   * Gives the graphs up. Variables keep their values, and a later call records again. The last few
   * stay loaded for functions that record the same, such as the training step of the next seed.
   */
  dispose(): void;
};

/**
 * A function that does what `fn` does, recorded once and then run as one TensorFlow graph.
 *
 * The first call with inputs of given shapes and types runs `fn` op by op and records what it asks
 * of the native addon: forward ops, gradients and updates of variables alike. Later calls run the
 * recording in one go, without JavaScript between the ops. On other backends each call runs `fn`.
 *
 * Variables that `fn` assigns live in the graph between calls, yet tfjs's own variables are never
 * stale: a value is fetched when somebody reads it, and one assigned from outside is loaded before the
 * next call. Several compiled functions may share variables.
 *
 * What `fn` reads from JavaScript is frozen when it is recorded: numbers, branches, loops. Tensors
 * that it captures must stay alive. Everything that changes from call to call is an input or a
 * variable.
 *
 * @param fn takes and returns tensors, or arrays and records of them (or returns nothing); it is synchronous.
 * @throws TypeError when an input or a result is not a tensor, or an input's rank changes between calls.
 * @throws Error when `fn` reads a value or draws random numbers in JavaScript while it is recorded,
 *   uses an op that a graph can't hold, or an input or a tensor it captured has been disposed.
 */
export function compile<F extends (...inputs: never[]) => unknown>(
  fn: F,
  { state = [] }: CompileOptions = {},
): Compiled<F> {
  const traces = new Map<string, Trace>();
  const unsettled = new Set<string>();
  const identities = new WeakMap<tf.Tensor, number>();
  let ranks: Map<string, Leaf> | undefined;
  let births = 0;

  const identity = (variable: tf.Tensor): number => {
    const known = identities.get(variable);
    if (known === undefined) identities.set(variable, births++);
    return known ?? births - 1;
  };
  const keep = (key: string, trace: Trace) => {
    traces.set(key, trace);
    if (traces.size <= capacity) return;
    const [oldest] = traces.keys();
    traces.get(oldest!)!.dispose();
    traces.delete(oldest!);
  };
  const call = (...args: never[]): unknown => {
    const inputs = args.flatMap((arg, i) => leaves(arg, `argument ${i + 1}`));
    checkAlive(inputs);
    ranks = checkRanks(inputs, ranks);
    const { recorder } = kernels();
    if (!recorder || recorder.busy || takesGradient()) return runEagerly(fn, args);
    const listed = typeof state === 'function' ? state() : state;
    const key = `${signature(inputs)} | ${listed.map(identity).join(',')}`;
    const known = traces.get(key);
    if (known) {
      traces.delete(key);
      traces.set(key, known);
      return known.run(inputs.map(({ tensor }) => tensor));
    }
    const { result, trace } = recorder.record(fn, args);
    if (trace) keep(key, trace);
    else if (unsettled.has(key)) throw new Error(growing);
    else unsettled.add(key);
    return result;
  };
  const dispose = () => {
    for (const trace of traces.values()) trace.dispose();
    traces.clear();
  };
  return Object.assign(call as unknown as F, { dispose });
}

/** Runs `fn` op by op; its result is of tensors that nobody else holds, the rest is freed. */
export function runEagerly<A extends unknown[]>(fn: (...args: A) => unknown, args: A): unknown {
  return tf.tidy(() => {
    const result = fn(...args);
    if (result === undefined) return;
    leaves(result, 'the result');
    return replaceLeaves(result, (tensor) => tensor.clone()) as tf.TensorContainer;
  });
}

function checkAlive(inputs: Leaf[]): void {
  const gone = inputs.find(({ tensor }) => tensor.isDisposed);
  if (!gone) return;
  const { path, tensor } = gone;
  throw new Error(`compile: ${path} of shape [${tensor.shape.join()}] has been disposed.`);
}

function checkRanks(inputs: Leaf[], ranks: Map<string, Leaf> | undefined): Map<string, Leaf> {
  if (!ranks) return new Map(inputs.map((leaf) => [leaf.path, leaf]));
  for (const { path, tensor } of inputs) {
    const first = ranks.get(path);
    if (first && first.tensor.rank !== tensor.rank) {
      throw new TypeError(
        `compile: ${path} has shape [${tensor.shape.join()}], but the function was first called with ` +
          `[${first.tensor.shape.join()}]: the rank can't change. Reshape the input, or compile another function.`,
      );
    }
  }
  return ranks;
}
