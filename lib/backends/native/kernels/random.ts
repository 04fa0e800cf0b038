import * as tf from '@tensorflow/tfjs';
import type { NativeOps } from './nativeOps';

const names = { uniform: 'StatelessRandomUniform', normal: 'StatelessRandomNormal' } as const;

/** The draw keyed by (seed, count) (Salmon et al. 2011, Philox). */
export function draw(
  ops: NativeOps,
  kind: keyof typeof names,
  shape: number[],
  seed: number,
  count: tf.Tensor,
): tf.Tensor {
  const key = tf.stack([tf.scalar(seed, 'int32'), count]);
  const types = [ops.float('dtype'), ops.int('T'), ops.int('Tseed')];
  return ops.untyped(names[kind], [tf.tensor1d(shape, 'int32'), key], 1, types)[0]!;
}
