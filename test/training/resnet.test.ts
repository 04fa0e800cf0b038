import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDataset, type Dataset } from '../../lib/datasets';
import { selectBackend } from '../../lib/backends';
import { Stream } from '../../lib/core/engine';
import { resNet, type ResNetOptions } from '../../lib/core/networks';
import { fit, type CheckpointOptions, type Recipe } from '../../lib/training';
import { onGpu } from '../device';
import { bytesOf } from './noisyNet';

const recipe: Recipe = {
  optimizer: { name: 'nesterov', momentum: 0.9, weightDecay: 1e-4 },
  schedule: { kind: 'constant', rate: 0.05 },
  batchSize: 20,
  steps: 10,
  augmentation: { flip: true, shift: 4 },
};

let data: Dataset;
let folder: string;

beforeAll(async () => {
  await selectBackend();
  data = await loadDataset('glyphs', { train: 100, test: 10 });
  folder = mkdtempSync(join(tmpdir(), 'unrolled-resnet-'));
});

afterAll(() => {
  data.dispose();
  rmSync(folder, { recursive: true });
});

async function run(
  options: Partial<ResNetOptions>,
  checkpoint?: CheckpointOptions,
  stopAt?: number,
) {
  const net = resNet({
    inputs: [28, 28, 1],
    classes: 10,
    blocks: 2,
    widths: [4, 6],
    ...options,
    stream: Stream.of(1),
  });
  const onStep = ({ step }: { step: number }) => {
    if (step === stopAt) throw new Error('stopped');
  };
  try {
    await fit(net, data.train, recipe, { stream: Stream.of(2), checkpoint, onStep });
    return bytesOf(net);
  } finally {
    net.dispose();
  }
}

// A GPU adds in no fixed order.
it.skipIf(onGpu).each<[string, Partial<ResNetOptions>]>([
  ['stochastic depth', { dropPath: { kind: 'linear', last: 0.5 } }],
  [
    'shared blocks that samples drop one by one',
    {
      blocks: 3,
      sharing: { applications: 2 },
      dropPath: { kind: 'uniform', last: 0.5, per: 'sample' },
    },
  ],
])(
  'a residual net with %s, stopped and resumed, has the bits of one never stopped',
  async (name, options) => {
    const file = join(folder, name);
    const whole = await run(options);
    let resumed = 0;
    const onResume = (steps: number) => void (resumed = steps);
    const checkpoint = { file, every: { steps: 4 }, onResume };
    await expect(run(options, checkpoint, 6)).rejects.toThrow('stopped');
    const pieces = await run(options, checkpoint);
    expect(resumed).toBe(4);
    expect(pieces.equals(whole)).toBe(true);
  },
);
