import * as tf from '@tensorflow/tfjs';

/**
 * What a block made of its input x, in the terms of y = H(x) T(x) + x C(x) (Srivastava, Greff and
 * Schmidhuber 2015, equation 2). Each is [batch, units].
 */
export interface Parts {
  /** H(x), what the block computes anew. */
  candidate: tf.Tensor;
  /** T(x), how much of the candidate enters the output. */
  transform: tf.Tensor;
  /** C(x), how much of the input is carried over. */
  carry: tf.Tensor;
  /** y - x, what the block changes; y itself where x has another width. */
  update: tf.Tensor;
  /** y, what `call` returns. */
  output: tf.Tensor;
}

/** A layer that can say what it did to an input. Blocks of equal input and output make a stage. */
export abstract class Block extends tf.layers.Layer {
  /**
   * The terms of the block's equation for an input. The caller disposes them.
   * @param x [batch, inputs]
   */
  abstract parts(x: tf.Tensor): Parts;
}
