import type * as tf from '@tensorflow/tfjs';
import { currentRecording } from '../recording';
import type { NativeOps } from './nativeOps';

/** Changes `variables` by `compute`; in a graph by the op `op` of `inputs`, in place. */
export function update(
  ops: NativeOps,
  op: string,
  inputs: tf.Tensor[],
  variables: tf.Variable[],
  compute: () => void,
  flags: Record<string, boolean>,
): void {
  const recording = currentRecording();
  if (!recording) return compute();
  const attributes = Object.entries(flags).map(([name, value]) => ops.flag(name, value));
  recording.update(op, [ops.float('T'), ...attributes], inputs, variables, compute);
}
