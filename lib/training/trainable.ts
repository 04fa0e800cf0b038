import type * as tf from '@tensorflow/tfjs';

/** What can be trained: variables and what they make of a batch. */
export interface Trainable {
  /** The variables that gradients change. */
  readonly variables: readonly tf.Variable[];
  /** What else a training step changes: moving statistics, counts of random draws. */
  readonly statistics?: readonly tf.Variable[];
  /** Logits, [batch, classes], of a batch of inputs. */
  logits(inputs: tf.Tensor, mode?: { training?: boolean }): tf.Tensor2D;
}
