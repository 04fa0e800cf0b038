import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadDataset } from '../../lib/datasets';
import { selectBackend } from '../../lib/backends';
import { Stream } from '../../lib/core/engine';
import { fit, type CheckpointOptions, type Recipe, type StepReport } from '../../lib/training';
import { resNet } from '../../lib/core/networks';
import { bytesOf, noisyNet } from './noisyNet';

const nets = {
  dense: () => noisyNet(),
  convolutional: () =>
    resNet({
      ...{ inputs: [28, 28, 1], classes: 10, blocks: 1, widths: [2, 4] },
      dropPath: { kind: 'uniform', last: 0.8 },
      stream: Stream.of(1),
    }),
};

export type Kind = keyof typeof nets;

const recipe: Recipe = {
  optimizer: { name: 'nesterov', momentum: 0.9, weightDecay: 1e-4 },
  schedule: { kind: 'drops', rate: 0.05, factor: 0.1, at: [80] },
  batchSize: 50,
  steps: 120,
  augmentation: { flip: true, shift: 2 },
};

/**
 * Trains a net, saving to `file` if there is one, and returns the bytes of its weights. After step
 * `hangAt` it waits to be killed.
 */
export async function train(
  kind: Kind,
  say: (line: string) => void,
  file?: string,
  hangAt?: string,
): Promise<Buffer> {
  await selectBackend();
  const data = await loadDataset('glyphs', { train: 525, test: 10 });
  const net = nets[kind]();
  const checkpoint: CheckpointOptions | undefined = file
    ? { file, every: { steps: 11 }, onResume: (steps) => say(`resume ${steps}`) }
    : undefined;
  const onStep = async ({ step }: StepReport) => {
    say(`step ${step}`);
    if (String(step) === hangAt) await sleep(60_000);
  };
  await fit(net, data.train, recipe, { stream: Stream.of(5), onStep, checkpoint });
  data.dispose();
  return bytesOf(net);
}

/** {@link train} in a process of its own: says each step on stdout, and writes the weights to a file. */
export async function main(
  kind: string,
  weights: string,
  file: string,
  hangAt?: string,
): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  writeFileSync(weights, await train(kind as Kind, say, file, hangAt));
}
