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

/** The Euclidean norm of each sample, [batch]. */
export function norms(x: tf.Tensor): tf.Tensor1D {
  return tf.sqrt(dots(x, x));
}

/** The cosine of each sample of a with that of b, [batch]; 0 where one of the two is 0. */
export function cosines(a: tf.Tensor, b: tf.Tensor): tf.Tensor1D {
  const unit = (x: tf.Tensor) => {
    const flat = tf.reshape(x, [x.shape[0], -1]);
    return tf.divNoNan(flat, tf.expandDims(norms(flat), 1));
  };
  return dots(unit(a), unit(b));
}

/** The inner product of each sample of a with that of b, [batch]. */
export function dots(a: tf.Tensor, b: tf.Tensor): tf.Tensor1D {
  return tf.sum(tf.reshape(tf.mul(a, b), [a.shape[0], -1]), 1);
}
