import type * as tf from '@tensorflow/tfjs';
import type { Kernels } from 'unrolled-core/internal';
import type { Addon } from '../addon';
import { loopRecorder } from '../loopTrace';
import { currentRecording } from '../recording';
import { Trace } from '../trace';
import { activate } from './activation';
import { batchNorm } from './batchNorm';
import { SwitchedBranch } from './conditional';
import { dense } from './dense';
import { highway, highwayPaths } from './highway';
import { NativeOps } from './nativeOps';
import { draw } from './random';
import { SelectedBranch } from './selected';
import { update } from './update';

/** What the addon has kernels for; the highway blocks only with the ops of highway.cc. */
export function kernelsOf(addon: Addon, hasHighwayOps: boolean): Partial<Kernels> {
  const ops = new NativeOps(addon);
  const onGpu = addon.isUsingGpuDevice;
  const bound =
    <A extends unknown[], R>(kernel: (ops: NativeOps, ...args: A) => R) =>
    (...args: A) =>
      kernel(ops, ...args);
  return {
    activate: bound(activate),
    batchNorm: bound(batchNorm),
    dense: bound(dense),
    draw: bound(draw),
    update: bound(update),
    ...(hasHighwayOps && { highway: bound(highway), highwayPaths: bound(highwayPaths) }),
    ...(onGpu && { loops: loopRecorder(addon) }),
    branch(keep: tf.Scalar) {
      const recording = currentRecording();
      if (!recording) return undefined;
      return onGpu ? new SelectedBranch(keep) : new SwitchedBranch(addon, recording, keep);
    },
    recorder: {
      get busy() {
        return currentRecording() !== undefined;
      },
      record: (fn, args) => Trace.record(addon, fn, args),
    },
  };
}
