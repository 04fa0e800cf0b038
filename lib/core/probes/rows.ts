import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { places, type Place } from '../networks/places';

/** A block in a row of results. */
export interface BlockRow {
  /** The block's name. */
  block: string;
  /** Its stage, counted from 0. */
  stage: number;
}

/** The rows of the blocks that a probe is for, first to last. */
export function rowsOf(net: Network, isFor: (place: Place) => boolean = () => true): BlockRow[] {
  return places(net)
    .filter(isFor)
    .map(({ block, stage }) => ({ block: block.name, stage }));
}

/** `values` as rows of equal length. */
export function inRows(values: ArrayLike<number>, rows: number): number[][] {
  return inRowsOf(values, new Array<number>(rows).fill(values.length / rows));
}

/** `values` as rows of the sizes given. */
export function inRowsOf(values: ArrayLike<number>, sizes: readonly number[]): number[][] {
  let end = 0;
  return sizes.map((size) => Array.prototype.slice.call(values, end, (end += size)) as number[]);
}

/** The sum of a vector, as the entry of a row. */
export function total(x: tf.Tensor): tf.Tensor1D {
  return tf.reshape(tf.sum(x), [1]);
}

/** The Euclidean norm of each sample, [batch]; also of one whose squares float32 has no numbers for. */
export function norms(x: tf.Tensor): tf.Tensor1D {
  return tf.tidy(() => {
    const { scale, rows } = scaled(x);
    return tf.mul(tf.sqrt(dots(rows, rows)), tf.squeeze<tf.Tensor1D>(scale, [1]));
  });
}

/** The cosine of each sample of a with that of b, [batch]; 0 where one of the two is 0. */
export function cosines(a: tf.Tensor, b: tf.Tensor): tf.Tensor1D {
  const unit = (x: tf.Tensor) =>
    tf.tidy(() => {
      const { rows } = scaled(x);
      return tf.divNoNan(rows, tf.sqrt(tf.expandDims(dots(rows, rows), 1)));
    });
  return tf.tidy(() => dots(unit(a), unit(b)));
}

/** Each sample as a row over its largest magnitude, the scale, [batch, 1]; rows of 0 as they are. */
function scaled(x: tf.Tensor): { scale: tf.Tensor; rows: tf.Tensor } {
  const flat = tf.reshape(x, [x.shape[0], -1]);
  const scale = tf.max(tf.abs(flat), 1, true);
  return { scale, rows: tf.divNoNan(flat, scale) };
}

/** Parts smaller than this share of the whole are what rounding leaves of none, in float32. */
const rounding = 1e-6;

/**
 * The part of each sample of f at right angles to that of h,
 *
 *     f - (f . h / h . h) h,
 *
 * of the shape of both; f itself where h is 0, and 0 where f is parallel to h.
 */
export function tangential<T extends tf.Tensor>(f: T, h: tf.Tensor): T {
  return tf.tidy(() => {
    const ofSamples = (values: tf.Tensor) =>
      tf.reshape(values, [-1, ...f.shape.slice(1).map(() => 1)]);
    const along = tf.divNoNan(dots(f, h), dots(h, h));
    const rest = tf.sub<T>(f, tf.mul(ofSamples(along), h));
    const some = tf.greater(norms(rest), tf.mul(norms(f), rounding));
    return tf.mul<T>(rest, ofSamples(tf.cast(some, 'float32')));
  });
}

/** The inner product of each sample of a with that of b, [batch]. */
export function dots(a: tf.Tensor, b: tf.Tensor): tf.Tensor1D {
  return tf.sum(tf.reshape(tf.mul(a, b), [a.shape[0], -1]), 1);
}
