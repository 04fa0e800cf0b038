import * as tf from '@tensorflow/tfjs';

/** A tensor, or arrays and records of them: what goes into a compiled function and comes out. */
export type Nested = tf.Tensor | readonly Nested[] | { readonly [key: string]: Nested };

/** A tensor and where it stands in a nested value, such as `argument 1.images`. */
export interface Leaf {
  path: string;
  tensor: tf.Tensor;
}

/**
 * The tensors of `value` in a fixed order.
 * @throws TypeError naming the place of whatever is not a tensor.
 */
export function leaves(value: unknown, path: string): Leaf[] {
  if (value instanceof tf.Tensor) return [{ path, tensor: value as tf.Tensor }];
  if (Array.isArray(value)) return value.flatMap((item, i) => leaves(item, `${path}[${i}]`));
  if (isRecord(value)) {
    return Object.keys(value).flatMap((key) => leaves(value[key], `${path}.${key}`));
  }
  if (isPromise(value)) value.then(undefined, () => undefined);
  throw new TypeError(`compile: ${path} is ${describe(value)}, not a tensor. ${remedy(value)}`);
}

/** A value built like `value`, with `replace` applied to each tensor in the order of {@link leaves}. */
export function replaceLeaves(value: unknown, replace: (tensor: tf.Tensor) => tf.Tensor): unknown {
  if (value instanceof tf.Tensor) return replace(value as tf.Tensor);
  if (Array.isArray(value)) return value.map((item) => replaceLeaves(item, replace));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value).map((key) => [key, replaceLeaves(value[key], replace)]),
  );
}

/** The signature a trace is kept under: places, types and shapes. */
export function signature(inputs: Leaf[]): string {
  return inputs
    .map(({ path, tensor }) => `${path}:${tensor.dtype}[${tensor.shape.join()}]`)
    .join(' ');
}

/** Whether `value` is a plain object, also one of another realm, such as a notebook cell's. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

function describe(value: unknown): string {
  if (isPromise(value)) return 'a promise';
  if (typeof value === 'object' && value !== null) return `a ${value.constructor.name}`;
  if (typeof value === 'function') return 'a function';
  return `the value ${typeof value === 'string' ? `'${value}'` : String(value)}`;
}

function remedy(value: unknown): string {
  if (typeof value === 'number') {
    return 'A number would be frozen into the graph: pass tf.scalar(value), and dispose it after the call.';
  }
  if (isPromise(value)) return 'A compiled function is synchronous.';
  return 'A compiled function takes and returns tensors, or arrays and records of them.';
}
