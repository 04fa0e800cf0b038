import * as tf from '@tensorflow/tfjs';
import type { Stream } from '../engine';
import { PlainDense } from '../layers';

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
    kernelInitializer: tf.initializers.glorotUniform({ seed: stream.fork('logits').seed() }),
  });
}

/** The name of a stage's block, both counted from 1: `residual_2_07`. */
export function blockName(family: string, stage: number, i: number, blocks: number): string {
  const digits = Math.max(2, String(blocks).length);
  return `${family}_${stage + 1}_${String(i + 1).padStart(digits, '0')}`;
}
