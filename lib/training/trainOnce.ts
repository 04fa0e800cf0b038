import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Dataset } from '../datasets';
import { Stream } from 'unrolled-core';
import { kernels } from 'unrolled-core/internal';
import { selectBackend } from '../backends';
import { projectFolder } from '../backends/project';
import type { Network } from 'unrolled-core';
import { codeVersion } from './codeVersion';
import { describeNetwork } from './describe';
import { fit, type FitOptions } from './fit';
import { identify } from './identity';
import type { Recipe } from './recipe';
import type { Measured, Watch } from './watch';

/** What to train, on what, and whether a run that is there will do. */
export interface RunOptions<N extends Network> {
  /** What the run is called: the start of its file's name. */
  name: string;
  /** Builds the net that is to be trained, drawing from the stream. */
  build: (stream: Stream) => N;
  data: Pick<Dataset, 'checksum' | 'train'>;
  recipe: Recipe;
  /** Seeds the net and the batches. */
  seed: number;
  /** Whether to take the run from the folder of runs if it is there, and keep it there if not. */
  reuse: boolean;
  onStep?: FitOptions['onStep'];
  /** Measurements of the net while it is trained, as for {@link fit}. */
  watch?: { every: number; measure: (net: N) => ReturnType<Watch['measure']> };
}

/** A finished run. */
export interface Run<N extends Network> {
  /** The trained net; yours to dispose of. */
  net: N;
  /** The loss of each step, in nats. */
  losses: Float32Array;
  /** What was measured meanwhile, those of steps taken earlier too. */
  measured: Measured[];
  /** How many of its steps were not taken now, but earlier. */
  reusedSteps: number;
}

const secondsBetweenCheckpoints = 30;

/**
 * The folder where {@link trainOnce} keeps runs: .unrolled/runs in the project's folder, or the one
 * that the environment variable UNROLLED_RUNS names; a relative path starts at the project's folder.
 * It grows with each run that is new. Any file in it, or all of it, may be deleted at any time.
 */
export function runsFolder(): string {
  return resolve(projectFolder(), process.env['UNROLLED_RUNS'] || '.unrolled/runs');
}

/**
 * Builds and trains a net as {@link fit} does, or takes a run from the folder of runs, so that a
 * notebook that runs again trains nothing twice. A run that was interrupted is continued; it is saved
 * every 30 seconds.
 *
 * A run is the same when all of these are: recipe, layers of the network and its initial weights,
 * checksum of the data, seed, what is measured meanwhile, backend and whether it has our highway ops, versions of TensorFlow.js
 * and TensorFlow, and the code that a run goes through, C++ too.
 *
 * @throws RangeError when the name cannot start a file's name.
 * @throws CheckpointError when the file is damaged or cannot be written; the message names it.
 */
export async function trainOnce<N extends Network>({
  name,
  build,
  data,
  recipe,
  seed,
  reuse,
  onStep,
  watch,
}: RunOptions<N>): Promise<Run<N>> {
  if (!/^\w[\w.-]*$/.test(name)) {
    throw new RangeError(`A run's name has letters, digits, ".", "-" and "_", unlike "${name}".`);
  }
  const stream = Stream.of(seed).fork('batches');
  const net = build(Stream.of(seed).fork('weights'));
  let reusedSteps = 0;
  const keep = async () => {
    const hash = hashOf({
      ...(await identify(net, data.train, recipe, stream)),
      network: describeNetwork(net),
      checksum: data.checksum,
      seed,
      watch: watch && [watch.every, String(watch.measure)],
      backend: (await selectBackend()).name,
      highwayOps: kernels().highway !== undefined,
      versions: versions(),
      code: codeVersion,
    });
    return {
      file: join(runsFolder(), `${name}-seed${seed}-${hash.slice(0, 16)}.run`),
      every: { seconds: secondsBetweenCheckpoints },
      onResume: (steps: number) => void (reusedSteps = steps),
    };
  };
  try {
    const checkpoint = reuse ? await keep() : undefined;
    const measured: Measured[] = [];
    const losses = await fit(net, data.train, recipe, {
      stream,
      onStep,
      checkpoint,
      watch: watch && {
        every: watch.every,
        measure: () => watch.measure(net),
        onMeasured: (row) => void measured.push(row),
      },
    });
    return { net, losses, measured, reusedSteps };
  } catch (error) {
    net.dispose();
    throw error;
  }
}

/** In a line for the reader: how many runs were trained, how many taken from the folder of runs. */
export function describeRuns(
  runs: readonly Pick<Run<Network>, 'losses' | 'reusedSteps'>[],
): string {
  const reused = runs.filter((run) => run.reusedSteps === run.losses.length).length;
  const resumed = runs.filter((run) => run.reusedSteps > 0).length - reused;
  const counts = [
    [runs.length - reused - resumed, 'trained'],
    [resumed, 'resumed'],
    [reused, 'reused'],
  ] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, how]) => `${count} ${how}`);
  return `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}: ${parts.join(', ')}`;
}

function versions(): (string | undefined)[] {
  const { binding } = tf.backend() as { binding?: { TF_Version: string } };
  return [tf.version_core, binding?.TF_Version];
}

/** SHA-256 of a value as JSON with the keys of each object in order. */
function hashOf(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
  return createHash('sha256').update(text).digest('hex');
}
