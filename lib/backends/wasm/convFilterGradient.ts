import * as tf from '@tensorflow/tfjs';

/**
 * The gradient of a convolution by its filter: for each place (i, j) of the filter
 *
 *     dW[i, j] = sum over batch and positions of x[s * position + (i, j) - padding]^T dy[position]
 *
 * with stride s: a product of matrices for each place.
 *
 * @param x [batch, height, width, channels]
 * @param dy the gradient by the output, [batch, rows, columns, filters]
 * @returns [filter height, filter width, channels, filters]
 */
export function convFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  { strides, pad, filterShape, dimRoundingMode, dataFormat }: tf.NamedAttrMap,
): tf.Tensor4D {
  if (dataFormat === 'NCHW') throw new Error('On WebAssembly images are NHWC, not NCHW.');
  const shape = filterShape as [number, number, number, number];
  const info = tf.backend_util.computeConv2DInfo(
    x.shape,
    shape,
    strides as [number, number],
    1,
    pad as 'same',
    dimRoundingMode as 'floor' | undefined,
  );
  const { padInfo, strideHeight, strideWidth, outHeight, outWidth, batchSize } = info;
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ]);
  const [height, width, channels, filters] = shape;
  const positions = batchSize * outHeight * outWidth;
  const gradient = tf.reshape<tf.Rank.R2>(dy, [positions, filters]);
  const places = Array.from({ length: height * width }, (_, place) => {
    const [i, j] = [Math.floor(place / width), place % width];
    return tf.tidy(() => {
      const seen = tf.stridedSlice(
        padded,
        [0, i, j, 0],
        [
          batchSize,
          i + (outHeight - 1) * strideHeight + 1,
          j + (outWidth - 1) * strideWidth + 1,
          channels,
        ],
        [1, strideHeight, strideWidth, 1],
      );
      return tf.matMul(tf.reshape<tf.Rank.R2>(seen, [positions, channels]), gradient, true);
    });
  });
  return tf.reshape(tf.stack(places), shape);
}
