import { environmentFile } from './environmentFile.mjs';
import { nvidiaGpu } from './gpu.mjs';

/** The pip list of environment.yml: TensorFlow apart, since the notebooks also run without it. */
export async function requirements() {
  const { dependencies } = await environmentFile();
  const pip = dependencies.flatMap((entry) => (typeof entry === 'object' ? entry.pip : []));
  const isTensorFlow = (/** @type {string} */ line) => line.startsWith('tensorflow');
  return {
    jupyter: pip.filter((line) => !isTensorFlow(line)),
    tensorflow: pip.filter(isTensorFlow).map(nvidiaGpu() ? withCuda : (line) => line),
  };
}

/** `tensorflow-cpu ==2.21.0; ...` becomes `tensorflow[and-cuda] ==2.21.0; ...`. */
export const withCuda = (/** @type {string} */ line) =>
  line.replace(/^tensorflow-cpu\b/, 'tensorflow[and-cuda]');
