import type { Stream } from 'unrolled-core';
import { drawVariations } from './augment';
import { stepsPerEpoch, type Recipe } from './recipe';

/** What a step is trained on. */
export interface StepPlan {
  step: number;
  /** The numbers of its images, [batchSize]. */
  rows: Int32Array;
  /** How each of them is varied, [batchSize, 3]; none where the recipe has no augmentation. */
  variations?: Int32Array;
}

/**
 * What the steps from `from` to the recipe's last are trained on: epoch after epoch, each in an order of
 * its own, full batches only. What a step gets depends on the stream and the step alone, not on `from`.
 *
 * @param size the number of images there are
 * @throws RangeError when a batch is larger than the data.
 */
export function* plannedSteps(
  size: number,
  { batchSize, steps, augmentation }: Recipe,
  stream: Stream,
  from = 0,
): Generator<StepPlan, undefined> {
  const perEpoch = stepsPerEpoch(size, batchSize);
  for (let epoch = Math.floor(from / perEpoch); epoch * perEpoch < steps; epoch++) {
    const order = stream.fork(epoch);
    const permutation = order.permutation(size);
    const first = epoch * perEpoch;
    const end = Math.min(steps, first + perEpoch);
    for (let step = Math.max(from, first); step < end; step++) {
      const start = (step - first) * batchSize;
      const rows = permutation.subarray(start, start + batchSize);
      const variations = augmentation && drawVariations(batchSize, augmentation, order.fork(step));
      yield { step, rows, variations };
    }
  }
}
