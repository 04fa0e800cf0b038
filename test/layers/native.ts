import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';

/** The tests of this file run on the native addon; after each, what it made is freed. */
export function onTheAddon(): void {
  beforeAll(async () => {
    await loadNative();
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());
}

export function numbers(tensor: tf.Tensor): number[] {
  return [...tensor.dataSync()];
}
