import * as tf from '@tensorflow/tfjs';

/** Lets `file://` be saved to and loaded from on every backend: tfjs-node registers that for its own only. */
export async function registerFiles(): Promise<void> {
  if (tf.io.getSaveHandlers('file://').length > 0) return;
  const files = (await import('@tensorflow/tfjs-node-gpu/dist/io/file_system.js')) as {
    nodeFileSystemRouter: Parameters<typeof tf.io.registerSaveRouter>[0];
  };
  tf.io.registerSaveRouter(files.nodeFileSystemRouter);
  tf.io.registerLoadRouter(files.nodeFileSystemRouter);
}
