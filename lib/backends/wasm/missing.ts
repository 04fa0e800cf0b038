import * as tf from '@tensorflow/tfjs';
import { convFilterGradient } from './convFilterGradient';

/** A kernel composed of the backend's other ops, from its inputs and attributes. */
type Composed = (inputs: Record<string, tf.Tensor>, attributes: tf.NamedAttrMap) => tf.Tensor;

const missing: Record<string, Composed> = {
  Conv2DBackpropFilter: ({ x, dy }, attributes) =>
    convFilterGradient(x as tf.Tensor4D, dy as tf.Tensor4D, attributes),
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }) =>
    segmentSums(x!, segmentIds as tf.Tensor1D, numSegments as number),
};

/** Registers the kernels of gradients that tfjs's WebAssembly backend lacks. */
export function registerMissingKernels(): void {
  for (const [kernelName, composed] of Object.entries(missing)) {
    if (tf.getKernel(kernelName, 'wasm')) continue;
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() => composed(inputs as Record<string, tf.Tensor>, attrs!)),
    });
  }
}

/** The sums of the rows of x with each segment's number: a product with the one-hot numbers. */
function segmentSums(x: tf.Tensor, segmentIds: tf.Tensor1D, segments: number): tf.Tensor {
  const rows = segmentIds.shape[0];
  const flat = tf.reshape<tf.Rank.R2>(x, [rows, x.size / rows]);
  const chosen = tf.oneHot(segmentIds, segments) as tf.Tensor2D;
  const sums = tf.matMul(tf.cast<tf.Tensor2D>(chosen, 'float32'), flat, true);
  return tf.cast(tf.reshape(sums, [segments, ...x.shape.slice(1)]), x.dtype);
}
