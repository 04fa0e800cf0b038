import { isDeepStrictEqual } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { CheckpointError, readCheckpoint, writeCheckpoint } from './checkpointFile';
import type { Identity } from './identity';
import type { Measured } from './watch';

/** Where and how often a run is saved. */
export interface CheckpointOptions {
  /** The file; its folder is made. */
  file: string;
  /** How often it is saved, besides at the end. */
  every: { steps: number } | { seconds: number };
  /** What makes the run, to be written down in the file; any JSON. */
  maker?: unknown;
  /** Told how many steps the file already has, when it has some, and who makes the run, with those before. */
  onResume?: (steps: number, made: readonly unknown[]) => void;
}

/** A run after some of its steps. */
export interface Snapshot {
  /** How many steps have been taken. */
  steps: number;
  /** The loss of each step taken, in nats. */
  losses: Float32Array;
  /** What was measured meanwhile. */
  measured: Measured[];
  /** The values of the variables. */
  values: tf.Tensor[];
  /** What is said of the run if it has diverged. */
  diverged?: string;
}

/** What is said of a run at the beginning of its file. */
export interface Header {
  run: Identity;
  steps: number;
  measured: Measured[];
  /** What made it; several where one went on with what another had begun. */
  made: unknown[];
  diverged?: string;
}

/** The checkpoints of one run: one file, overwritten by the next. */
export class Checkpoints {
  private savedAt = performance.now();
  private made: unknown[];

  constructor(
    private readonly options: CheckpointOptions,
    private readonly run: Identity,
  ) {
    this.made = options.maker === undefined ? [] : [options.maker];
  }

  /**
   * The state that the file has; undefined when there is no file.
   * @throws CheckpointError when the file is damaged, or of another run; the message says what differs.
   */
  async load(): Promise<Snapshot | undefined> {
    const { file, onResume } = this.options;
    const contents = await readCheckpoint(file);
    if (!contents) return undefined;
    const { run, steps, measured, made = [], diverged } = contents.header as Header;
    const [losses, ...values] = contents.tensors;
    const keys = Object.keys(this.run) as (keyof Identity)[];
    const plain = JSON.parse(JSON.stringify(this.run)) as Identity;
    const different = keys.filter((key) => !isDeepStrictEqual(run[key], plain[key]));
    if (different.length > 0) {
      tf.dispose(contents.tensors);
      throw new CheckpointError(
        `${file} is the checkpoint of another run, with other ${different.join(', ')}. ` +
          'Name another file, or delete this one to start afresh.',
      );
    }
    const taken = (await losses!.data()) as Float32Array;
    losses!.dispose();
    const ended = diverged !== undefined || steps === run.recipe.steps;
    const others = made.filter((maker) => !isDeepStrictEqual(maker, this.options.maker));
    this.made = ended ? made : [...others, ...this.made];
    onResume?.(steps, this.made);
    return { steps, losses: taken, measured, values, diverged };
  }

  /** Whether it is time to save after so many steps. */
  isDue(steps: number): boolean {
    const { every } = this.options;
    if ('steps' in every) return steps % every.steps === 0;
    return performance.now() - this.savedAt >= 1000 * every.seconds;
  }

  /** How many steps may be taken after so many before it may be time to save. */
  stepsUntilDue(steps: number): number {
    const { every } = this.options;
    return 'steps' in every ? every.steps - (steps % every.steps) : Infinity;
  }

  /** Replaces the file. */
  async save({ steps, losses, measured, values, diverged }: Snapshot): Promise<void> {
    const tensor = tf.tensor1d(losses);
    try {
      const header: Header = { run: this.run, made: this.made, steps, measured, diverged };
      await writeCheckpoint(this.options.file, { header, tensors: [tensor, ...values] });
    } finally {
      tensor.dispose();
      this.savedAt = performance.now();
    }
  }
}
