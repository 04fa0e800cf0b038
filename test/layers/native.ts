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

/** The model after it has been saved and loaded. */
export async function reload(model: tf.LayersModel): Promise<tf.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      const modelArtifactsInfo = tf.io.getModelArtifactsInfoForJSON(artifacts);
      return Promise.resolve({ modelArtifactsInfo });
    }),
  );
  return tf.loadLayersModel(tf.io.fromMemory(saved!));
}
