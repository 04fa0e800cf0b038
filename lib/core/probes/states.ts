import * as tf from '@tensorflow/tfjs';
import { softmaxCrossEntropy } from '../engine';
import type { Mode, Network } from '../networks';
import type { ProbeOptions } from './visit';

/** A block in a row of results. */
export interface BlockRow {
  /** The block's name. */
  block: string;
  /** Its stage, counted from 0. */
  stage: number;
}

/** The rows of a network's blocks, first to last. */
export function blockRows({ stages }: Network): BlockRow[] {
  return stages.flatMap((blocks, stage) => blocks.map(({ name }) => ({ block: name, stage })));
}

/**
 * The states of a network on x: what the stem makes of it, then what each block does. After a block
 * of equation y = relu(...) the state is y, behind the ReLU.
 *
 * @param x [batch, ...net.inputShape]
 */
export function statesOf(net: Network, x: tf.Tensor, mode: Mode = {}): [tf.Tensor, ...tf.Tensor[]] {
  const states: [tf.Tensor, ...tf.Tensor[]] = [net.embed(x, mode)];
  for (const block of net.blocks)
    states.push(block.apply(states.at(-1)!, { ...mode }) as tf.Tensor);
  return states;
}

/** The states of a network on a batch, and the loss's gradients by them. */
export interface Pass {
  /** What {@link statesOf} gives. */
  states: tf.Tensor[];
  /** dL/dh for each of them, L each sample's own loss, h its state. */
  gradients: tf.Tensor[];
}

/**
 * The states and their gradients. A gradient is that of the loss by something added to the state, so
 * one backward pass gives them all.
 *
 * @param x [batch, ...net.inputShape]
 * @param labels int32, [batch]
 */
export function backward(net: Network, x: tf.Tensor, labels: tf.Tensor1D, mode: Mode = {}): Pass {
  const states = statesOf(net, x, mode);
  const loss = (first: tf.Tensor, ...rest: tf.Tensor[]) => {
    const last = net.blocks.reduce(
      (state, block, i) => tf.add(block.apply(state, { ...mode }) as tf.Tensor, rest[i]!),
      tf.add(net.embed(x, mode), first),
    );
    return tf.mul(softmaxCrossEntropy(labels, net.classify(last, mode)), x.shape[0]);
  };
  const gradients = tf.grads(loss);
  return { states, gradients: gradients(states.map((state) => tf.zerosLike(state))) };
}

/** Numbers that the states of one batch may have in all: 32 MB. */
const budget = 2 ** 23;

/**
 * As many samples at a time as the states of a network allow.
 * @throws RangeError when it has no blocks.
 */
export function batched(net: Network, x: tf.Tensor, { batchSize }: ProbeOptions): ProbeOptions {
  if (net.blocks.length === 0) throw new RangeError('A net without blocks has nothing to probe.');
  if (batchSize !== undefined) return { batchSize };
  const numbers = tf.tidy(() =>
    statesOf(net, tf.slice(x, 0, 1)).reduce((sum, state) => sum + state.size, 0),
  );
  return { batchSize: Math.min(x.shape[0], Math.max(1, Math.floor(budget / numbers))) };
}

/** The labels of the samples in a batch that starts at `start`. */
export function labelsOf(batch: tf.Tensor, labels: tf.Tensor1D, start: number): tf.Tensor1D {
  return tf.slice(labels, start, batch.shape[0]);
}

/** @throws RangeError when images and labels differ in number. */
export function checkLabels(images: tf.Tensor, labels: tf.Tensor1D): void {
  if (images.shape[0] === labels.size) return;
  throw new RangeError(`There are ${images.shape[0]} images, but ${labels.size} labels.`);
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
