import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import util from 'node:util';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend';
import * as tf from '@tensorflow/tfjs';
import { registerKernels } from 'unrolled-core/internal';
import type { Addon } from './addon';
import { kernelsOf } from './kernels';

/** The tfjs backend that hands each op to TensorFlow's C library. */
export type NativeBackend = NodeJSKernelBackend;

/** Whether TensorFlow has the ops of highway.cc: on the CPU, if they have been built. */
let highwayOps = false;

/**
 * Loads the native addon, makes it tfjs's backend, and registers its kernels.
 *
 * TensorFlow's informational log goes to stderr, which a notebook keeps for errors: it is turned
 * off unless TF_CPP_MIN_LOG_LEVEL says otherwise, and the library itself is loaded by an addon of
 * ours that keeps stderr closed meanwhile. Two functions of `util` that tfjs-node still calls warn
 * in Node 22 and are gone in Node 23.
 *
 * @throws Error when the addon is not built, or its TensorFlow is gone.
 */
export async function loadNative(): Promise<NativeBackend> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const retired = util as unknown as Record<string, unknown>;
  retired['isNullOrUndefined'] = (value: unknown) => value === null || value === undefined;
  retired['isArray'] = Array.isArray;
  const manifest = require.resolve('@tensorflow/tfjs-node-gpu/package.json');
  const folder = join(dirname(manifest), 'lib', 'napi-v8');
  load(join(folder, 'quiet.node'));
  await import('@tensorflow/tfjs-node-gpu');
  await tf.setBackend('tensorflow');
  const native = tf.backend() as NativeBackend;
  highwayOps ||= !native.isUsingGpuDevice && load(join(folder, 'highway.node'));
  registerKernels('tensorflow', kernelsOf(native as unknown as Addon, highwayOps));
  return native;
}

function load(addon: string): boolean {
  const there = existsSync(addon);
  if (there) process.dlopen({ exports: {} }, addon);
  return there;
}
