import { rename } from 'node:fs/promises';
import { Stream, type Network } from 'unrolled-core';
import type { Dataset } from '../datasets';
import type { CheckpointOptions } from './checkpoints';
import { resultsVersion } from './codeVersion';
import { describeNetwork } from './describe';
import { DivergedError, fit, type FitOptions } from './fit';
import { hashOf } from './hash';
import { identify } from './identity';
import { findRun, noteUse, pathOf, type RunName } from './keptRuns';
import { profile } from './profile';
import { describeMaker, provenance, type Provenance } from './provenance';
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
  /** Whether only a run that was made just as one would be made now will do. Default false. */
  exact?: boolean;
  /** How often the run is saved, besides at the end. Default every 30 seconds. */
  saveEvery?: CheckpointOptions['every'];
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
  /** What made it; several where one went on with what another had begun. */
  made: readonly Provenance[];
}

/**
 * Builds and trains a net as {@link fit} does, or takes a run from the folder of runs, so that a
 * notebook that runs again trains nothing twice. A run that was interrupted is continued. One that
 * diverged is kept too, and diverges again at once.
 *
 * A run is the same when all of these are: recipe, layers of the network and its initial weights,
 * checksum of the data, seed, what is measured meanwhile, and the number `resultsVersion` of the code.
 * What it is called is not, nor what makes it, the code and the backend: {@link Run.made} says what did,
 * and with `exact` it has to be what is here.
 *
 * @throws RangeError when the name cannot start a file's name.
 * @throws CheckpointError when the file is damaged or cannot be written; the message names it.
 * @throws DivergedError when the loss stops being finite.
 */
export async function trainOnce<N extends Network>(options: RunOptions<N>): Promise<Run<N>> {
  const { name, build, data, recipe, seed, reuse, onStep, watch } = options;
  if (!/^\w[\w.-]*$/.test(name)) {
    throw new RangeError(`A run's name has letters, digits, ".", "-" and "_", unlike "${name}".`);
  }
  const stream = Stream.of(seed).fork('batches');
  const net = build(Stream.of(seed).fork('weights'));
  const measured: Measured[] = [];
  try {
    const kept = reuse ? await Kept.find(net, options) : undefined;
    const train = () =>
      fit(net, data.train, recipe, {
        stream,
        onStep,
        checkpoint: kept?.checkpoint,
        watch: watch && {
          every: watch.every,
          measure: () => watch.measure(net),
          onMeasured: (row) => void measured.push(row),
        },
      });
    const losses = await (kept ? kept.keeping(train) : train());
    const made = kept?.made ?? [await provenance()];
    return { net, losses, measured, reusedSteps: kept?.reusedSteps ?? 0, made };
  } catch (error) {
    net.dispose();
    throw error;
  }
}

/** The files of a run in the folder of runs. */
class Kept {
  reusedSteps = 0;
  made: readonly Provenance[];

  private constructor(
    private readonly name: RunName,
    private readonly now: Provenance,
    private readonly every: CheckpointOptions['every'],
  ) {
    this.made = [now];
  }

  static async find<N extends Network>(net: N, options: RunOptions<N>): Promise<Kept> {
    const { name, data, recipe, seed, exact = false, watch } = options;
    const run = {
      ...(await identify(net, data.train, recipe, Stream.of(seed).fork('batches'))),
      network: describeNetwork(net),
      checksum: data.checksum,
      seed,
      watch: watch && [watch.every, String(watch.measure)],
      results: resultsVersion,
    };
    const now = await provenance();
    const [identity, maker] = [hashOf(run, 16), hashOf([now], 8)];
    const fresh = { label: `${name}-seed${seed}`, identity, maker, kind: 'checkpoint' } as const;
    const { saveEvery = { seconds: 30 } } = options;
    return new Kept((await findRun(identity, maker, exact)) ?? fresh, now, saveEvery);
  }

  get checkpoint(): CheckpointOptions {
    return {
      file: pathOf(this.name),
      every: this.every,
      maker: this.now,
      onResume: (steps, made) => {
        this.reusedSteps = steps;
        this.made = made as Provenance[];
      },
    };
  }

  /** Trains, and gives the checkpoint of what is finished, or has diverged, the name of a run. */
  async keeping<T>(train: () => Promise<T>): Promise<T> {
    try {
      const result = await train();
      await this.finish();
      return result;
    } catch (error) {
      if (error instanceof DivergedError) await this.finish();
      throw error;
    }
  }

  private async finish(): Promise<void> {
    const { name, made } = this;
    const finished = pathOf({ ...name, maker: hashOf(made, 8), kind: 'run' });
    if (name.kind === 'checkpoint') await rename(pathOf(name), finished);
    await noteUse(profile(), finished);
  }
}

/**
 * In a line for the reader: how many runs were trained, how many taken from the folder of runs, and
 * what made those.
 */
export function describeRuns(
  runs: readonly Pick<Run<Network>, 'losses' | 'reusedSteps' | 'made'>[],
): string {
  const early = runs.filter((run) => run.reusedSteps > 0);
  const reused = early.filter((run) => run.reusedSteps === run.losses.length).length;
  const counts = [
    [runs.length - early.length, 'trained'],
    [early.length - reused, 'resumed'],
    [reused, 'reused'],
  ] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, how]) => `${count} ${how}`);
  const makers = new Set(early.flatMap(({ made }) => made.map(describeMaker)));
  const made = makers.size > 0 ? `; made by ${[...makers].join(' and by ')}` : '';
  return `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}: ${parts.join(', ')}${made}`;
}
