import * as tf from '@tensorflow/tfjs';
import type { Stream } from '../engine';
import { PlainDense } from '../layers';
import { seedOf } from './seeds';

/** What the convolutional nets have in common. */
export interface ConvNetOptions {
  /** Shape of one image: height, width, channels. CIFAR: [32, 32, 3]. */
  inputs: readonly [number, number, number];
  /** Classes, the width of the head. */
  classes: number;
  /** Seeds the kernels and the draws. A layer's depend on the stream and on its name, not on other layers. */
  stream: Stream;
}

/** The dense layer from the pooled state to the logits. */
export function logits({ classes, stream }: ConvNetOptions): PlainDense {
  return new PlainDense({
    name: 'logits',
    units: classes,
    activation: 'linear',
    kernelInitializer: tf.initializers.glorotUniform({ seed: seedOf(stream, 'logits') }),
  });
}

/** The name of a stage's block, both counted from 1: `residual_2_07`. */
export function blockName(family: string, stage: number, i: number, blocks: number): string {
  const digits = Math.max(2, String(blocks).length);
  return `${family}_${stage + 1}_${String(i + 1).padStart(digits, '0')}`;
}

/**
 * How many blocks each of the `stages` has.
 * @throws RangeError when they are not positive integers, one a stage.
 */
export function blockCounts(blocks: number | readonly number[], stages: number): number[] {
  const counts = typeof blocks === 'number' ? Array<number>(stages).fill(blocks) : [...blocks];
  if (counts.length === stages && counts.every((n) => Number.isInteger(n) && n > 0)) return counts;
  throw new RangeError(
    `blocks, those of each stage, is a positive integer or ${stages} of them, not ` +
      `${typeof blocks === 'number' ? blocks : `[${blocks.join(', ')}]`}.`,
  );
}
