import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './house.mjs';

/** The pip list of environment.yml: TensorFlow apart, since the notebooks also run without it. */
export async function requirements() {
  const { parse } = await import('yaml');
  /** @type {{ dependencies: (string | { pip: string[] })[] }} */
  const environment = parse(readFileSync(join(root, 'environment.yml'), 'utf8'));
  const pip = environment.dependencies.flatMap((entry) =>
    typeof entry === 'object' ? entry.pip : [],
  );
  const isTensorFlow = (/** @type {string} */ line) => line.startsWith('tensorflow');
  return {
    jupyter: pip.filter((line) => !isTensorFlow(line)),
    tensorflow: pip.filter(isTensorFlow).map(hasNvidiaGpu() ? withCuda : (line) => line),
  };
}

/** Whether an NVIDIA GPU is at hand, as far as its own tool says. */
export function hasNvidiaGpu() {
  try {
    return execFileSync('nvidia-smi', ['-L'], { encoding: 'utf8', stdio: 'pipe' }).includes('GPU');
  } catch {
    return false;
  }
}

/** `tensorflow-cpu ==2.21.0; ...` becomes `tensorflow[and-cuda] ==2.21.0; ...`. */
export const withCuda = (/** @type {string} */ line) =>
  line.replace(/^tensorflow-cpu\b/, 'tensorflow[and-cuda]');
