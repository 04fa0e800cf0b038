import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import util from 'node:util';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend';
import * as tf from '@tensorflow/tfjs';
import { registerKernels } from 'unrolled-core/internal';
import { projectFolder } from '../project';
import type { Addon } from './addon';
import { kernelsOf } from './kernels';
import { transposeBits } from './kernels/transpose';
import { type Quiet, silence, silently } from './quiet';

/** The tfjs backend that hands each op to TensorFlow's C library. */
export type NativeBackend = NodeJSKernelBackend;

/** Whether TensorFlow has the ops of highway.cc: on the CPU, if they have been built. */
let highwayOps = false;

/** How exact products of float32 matrices are on a GPU: NVIDIA's TF32 keeps 10 of 23 bits. */
export type Precision = 'float32' | 'tf32';

/**
 * Loads the native addon, makes it tfjs's backend, and registers its kernels.
 *
 * What TensorFlow writes to stderr while it is loaded and looks for a GPU is held back by an addon of ours,
 * and its informational log is turned off: a notebook keeps stderr for errors. On a GPU it takes memory as
 * it needs it, so that several notebooks share a card, and XLA keeps what it has compiled in .unrolled/xla.
 * Environment variables of TensorFlow's that are set already are left as they are. Two functions of `util`
 * that tfjs-node still calls warn in Node 22 and are gone in Node 23.
 *
 * @throws Error when the addon is not built, or its TensorFlow is gone.
 */
export async function loadNative(precision: Precision = 'float32'): Promise<NativeBackend> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  process.env['TF_XLA_FLAGS'] ??=
    `--tf_xla_persistent_cache_directory=${join(projectFolder(), '.unrolled', 'xla')}`;
  process.env['UNROLLED_PRECISION'] = precision;
  const retired = util as unknown as Record<string, unknown>;
  retired['isNullOrUndefined'] = (value: unknown) => value === null || value === undefined;
  retired['isArray'] = Array.isArray;
  const manifest = require.resolve('@tensorflow/tfjs-node-gpu/package.json');
  const folder = join(dirname(manifest), 'lib', 'napi-v8');
  silence(load(join(folder, 'quiet.node')));
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  silently(() => require('@tensorflow/tfjs-node-gpu') as unknown);
  await tf.setBackend('tensorflow');
  const native = tf.backend() as NativeBackend;
  const highway = join(folder, 'highway.node');
  if (!highwayOps && !native.isUsingGpuDevice) {
    load(highway);
    highwayOps = existsSync(highway);
  }
  transposeBits(native as unknown as Addon);
  registerKernels('tensorflow', kernelsOf(native as unknown as Addon, highwayOps));
  return native;
}

function load(addon: string): Quiet {
  const loaded = { exports: {} };
  if (existsSync(addon)) process.dlopen(loaded, addon);
  return loaded.exports;
}
