import * as tf from '@tensorflow/tfjs';
import { substituting, type Moments, type Statistics } from '../layers/batchNorm';
import { Calibrated, momentsOf, type Estimate } from './calibrated';

/** A layer that normalizes by what comes to it, and what it makes of that. */
export interface Settled {
  layer: tf.layers.Layer;
  after: tf.Tensor[];
}

interface Seen extends Moments {
  count: number;
}

/**
 * The layer with its batch norms' statistics over all of `states`, which come in batches, [batch, ...]
 * each. Each norm's are of what comes to it once those in front of it are settled. So a layer of n norms
 * runs n + 1 times, or once where there is one batch.
 */
export async function settle(
  layer: tf.layers.Layer,
  states: readonly tf.Tensor[],
): Promise<Settled> {
  const known = new Map<Statistics, Estimate>();
  for (;;) {
    const seen = new Map<Statistics, Seen[]>();
    const substitute = (own: Statistics, x: tf.Tensor) => {
      const estimate = momentsOf(known.get(own));
      if (estimate) return estimate;
      const moments = momentsIn(x);
      seen.set(own, [...(seen.get(own) ?? []), moments]);
      return moments;
    };
    const run = (state: tf.Tensor) =>
      tf.tidy(() => substituting(substitute, () => (layer.apply(state, {}) as tf.Tensor).clone()));
    const after: tf.Tensor[] = [];
    try {
      for (const state of states) after.push(run(state));
      const all = states.length === 1;
      for (const [own, moments] of all ? seen : [...seen].slice(0, 1)) {
        known.set(own, await pooled(moments));
      }
      if (all || seen.size === 0) {
        return { layer: known.size > 0 ? new Calibrated(layer, known) : layer, after };
      }
    } catch (error) {
      tf.dispose(after);
      throw error;
    } finally {
      for (const { mean, variance } of [...seen.values()].flat()) tf.dispose([mean, variance]);
    }
    tf.dispose(after);
  }
}

/** Mean and biased variance of x over all axes but the last; they are kept. */
function momentsIn(x: tf.Tensor): Seen {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const { mean, variance } = tf.moments(x, axes) as Moments;
  return { mean: tf.keep(mean), variance: tf.keep(variance), count: x.size / mean.size };
}

/** The moments of all batches together: the variance is the mean of theirs and that of their means. */
async function pooled(batches: readonly Seen[]): Promise<Estimate> {
  const parts = await Promise.all(
    batches.map(async ({ mean, variance, count }) => {
      return { mean: await mean.data(), variance: await variance.data(), count };
    }),
  );
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const average = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((sum, part) => sum + (part.count / total) * of(part), 0);
  const mean = Float64Array.from(parts[0]!.mean, (_, c) => average((part) => part.mean[c]!));
  const variance = mean.map((m, c) =>
    average((part) => part.variance[c]! + (part.mean[c]! - m) ** 2),
  );
  return { mean: Float32Array.from(mean), variance: Float32Array.from(variance) };
}
