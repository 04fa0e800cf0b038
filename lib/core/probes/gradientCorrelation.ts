import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { dots, norms } from './rows';
import { readings, recorded, summed, type ProbeOptions } from './samples';

/**
 * How alike the gradients of a net's output are at two inputs (Balduzzi et al. 2017, section 3): with
 * g_i = d(sum of the logits) / dx at sample i, whose mean over draws of the weights is 0, the mean over all
 * pairs of samples of their correlation
 *
 *     (g_i . g_j) / (|g_i| |g_j|),
 *
 * 0 for a pair one of whose gradients is 0. Near 1 the output changes everywhere alike; near 0 the
 * gradient at one input says nothing of that at another: it is shattered. A net's batch norms have their
 * moving statistics; those of an untrained one fit after `recalibrated`.
 *
 * @param inputs [samples, ...net.inputShape], two at least
 * @throws RangeError when there are fewer than two samples.
 */
export async function gradientCorrelation(
  net: Network,
  inputs: tf.Tensor,
  options: ProbeOptions = {},
): Promise<number> {
  const size = inputs.shape[0];
  if (size < 2) throw new RangeError(`A pair takes two samples, not ${size}.`);
  const gradient = tf.grad((x) => tf.sum(net.logits(x)));
  const measure = (batch: tf.Tensor) => {
    const g = tf.reshape(gradient(batch), [batch.shape[0], -1]);
    const unit = tf.divNoNan(g, tf.expandDims(norms(g), 1));
    return tf.concat([tf.sum(unit, 0), tf.reshape(tf.sum(dots(unit, unit)), [1])]);
  };
  const sums = await summed(readings(net, inputs, options, measure, recorded));
  const [total, own] = [sums.subarray(0, -1), sums.at(-1)!];
  const squared = total.reduce((sum, value) => sum + value * value, 0);
  return (squared - own) / (size * (size - 1));
}
