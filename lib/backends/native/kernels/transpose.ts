import * as tf from '@tensorflow/tfjs';
import type { Addon } from '../addon';
import { NativeOps } from './nativeOps';

type Kernel = NonNullable<ReturnType<typeof tf.getKernel>>;

let replaced = false;

/**
 * Lets the backend transpose integers as float32 of the same bits: for int32, TensorFlow's oneDNN writes an
 * error to stderr where the processor has no AVX-512, and goes on without it.
 */
export function transposeBits(addon: Addon): void {
  if (replaced) return;
  replaced = true;
  const own = tf.getKernel('Transpose', 'tensorflow');
  const run = own.kernelFunc as (...args: Parameters<Kernel['kernelFunc']>) => tf.TensorInfo;
  const ops = new NativeOps(addon);
  const kernelFunc: Kernel['kernelFunc'] = (params) => {
    const { x } = params.inputs as { x: tf.TensorInfo };
    if (x.dtype !== 'int32') return run(params);
    const float = ops.bitcast(x, 'int32', 'float32');
    const transposed = run({ ...params, inputs: { x: float } }) as tf.Tensor;
    const result = ops.bitcast(transposed, 'float32', 'int32');
    tf.dispose([float, transposed]);
    return result;
  };
  tf.unregisterKernel('Transpose', 'tensorflow');
  tf.registerKernel({ ...own, kernelFunc });
}
