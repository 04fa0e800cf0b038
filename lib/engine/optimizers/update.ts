import type * as tf from '@tensorflow/tfjs';
import type { Attribute } from '../compile/addon';
import { currentRecording } from '../compile/recording';
import { nativeOps } from '../ops/native';

/**
 * Changes `variables` by `compute`; in a graph by the native op `op` of `inputs`, which does the
 * same in place.
 */
export function update(
  op: string,
  inputs: tf.Tensor[],
  variables: tf.Variable[],
  compute: () => void,
  flags: Record<string, boolean> = {},
): void {
  const recording = currentRecording();
  if (!recording) return compute();
  const ops = nativeOps()!;
  const attributes: Attribute[] = [ops.float('T')];
  for (const [name, value] of Object.entries(flags)) attributes.push(ops.flag(name, value));
  recording.update(op, attributes, inputs, variables, compute);
}
