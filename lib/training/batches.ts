import * as tf from '@tensorflow/tfjs';
import type { Batch, Split, Stream } from 'unrolled-core';
import { augment } from './augment';
import { stepsPerEpoch, type Recipe } from './recipe';

/**
 * The batches of the steps `from` to the recipe's last: epoch after epoch, each in an order of its
 * own, full batches only. What a step gets depends on the stream and the step alone, not on `from`.
 * A batch is disposed of when the next one is asked for.
 *
 * @throws RangeError when a batch is larger than the data.
 */
export function* trainingBatches(
  data: Split,
  { batchSize, steps, augmentation }: Recipe,
  stream: Stream,
  from = 0,
): Generator<Batch & { step: number }> {
  const perEpoch = stepsPerEpoch(data.size, batchSize);
  for (let epoch = Math.floor(from / perEpoch); epoch * perEpoch < steps; epoch++) {
    const order = stream.fork(epoch);
    const end = Math.min(steps, (epoch + 1) * perEpoch);
    let step = epoch * perEpoch;
    for (const { inputs, labels } of data.batches(batchSize, order)) {
      if (step >= end) break;
      if (step >= from) {
        const varied =
          augmentation && augment(inputs as tf.Tensor4D, augmentation, order.fork(step));
        try {
          yield { step, inputs: varied ?? inputs, labels };
        } finally {
          tf.dispose(varied ?? []);
        }
      }
      step++;
    }
  }
}
