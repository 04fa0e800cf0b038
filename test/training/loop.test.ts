import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Addon } from '../../lib/backends/native/addon';
import { SelectedBranch } from '../../lib/backends/native/kernels/selected';
import { loadNative } from '../../lib/backends/native/load';
import { loopRecorder } from '../../lib/backends/native/loopTrace';
import { Split } from '../../lib/core/data';
import { Stream } from '../../lib/core/engine';
import { kernels, registerKernels, type Kernels } from '../../lib/core/engine/kernels';
import { resNet } from '../../lib/core/networks';
import { DivergedError, fit, type FitOptions, type Recipe } from '../../lib/training';
import { bytesOf, noisyNet } from './noisyNet';

// What a GPU does, done by XLA on the CPU: compiled loops, and the kernels that XLA knows.

const recipe: Recipe = {
  optimizer: { name: 'momentum', momentum: 0.9, weightDecay: 1e-3 },
  schedule: { kind: 'drops', rate: 0.05, at: [30], factor: 0.1 },
  batchSize: 20,
  steps: 90,
};

let usual: Partial<Kernels>;
let vectors: Split;
let images: Split;

beforeAll(async () => {
  process.env['TF_XLA_FLAGS'] = '';
  await loadNative();
  usual = kernels();
  const stream = Stream.of(7);
  const draw = (shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => stream.normal()),
      shape,
    );
  const labels = () =>
    tf.tensor1d(
      Int32Array.from({ length: 130 }, () => stream.integer(10)),
      'int32',
    );
  vectors = new Split(draw([130, 784]), labels());
  images = new Split(draw([130, 8, 8, 3]), labels());
});

afterEach(() => registerKernels('tensorflow', usual));
afterAll(() => [vectors, images].forEach((split) => split.dispose()));

function compileLoops(): void {
  registerKernels('tensorflow', {
    ...usual,
    highway: undefined,
    highwayPaths: undefined,
    branch: (keep) => new SelectedBranch(keep),
    loops: { ...loopRecorder(tf.backend() as unknown as Addon), worth: 1 },
  });
}

async function trained(changes: Partial<Recipe> = {}, options: Partial<FitOptions> = {}) {
  const net = noisyNet();
  try {
    const stream = Stream.of(3);
    const losses = await fit(net, vectors, { ...recipe, ...changes }, { stream, ...options });
    return { losses, bytes: bytesOf(net) };
  } finally {
    net.dispose();
  }
}

describe('steps as a loop that XLA compiles', () => {
  it('take a residual net with batch norm and varied images where steps one by one take it', async () => {
    const run = async () => {
      const net = resNet({
        inputs: [8, 8, 3],
        blocks: [1, 1],
        widths: [4, 8],
        classes: 10,
        stream: Stream.of(1),
      });
      const augmentation = { flip: true, shift: 1 };
      const steps = { ...recipe, steps: 40, augmentation };
      const losses = await fit(net, images, steps, { stream: Stream.of(2) });
      const all = [...net.variables, ...net.statistics].map((variable) =>
        variable.dataSync().slice(),
      );
      net.dispose();
      return { losses, values: all.flatMap((values) => [...values]) };
    };
    const expected = await run();
    compileLoops();
    const { losses, values } = await run();
    losses.forEach((loss, step) => expect(loss).toBeCloseTo(expected.losses[step]!, 3));
    values.forEach((value, i) => expect(value).toBeCloseTo(expected.values[i]!, 3));
  });

  it('give the same bits twice, whatever the pace at which they are asked for', async () => {
    compileLoops();
    const first = await trained();
    const slowly = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
    const second = await trained({}, { onStep: slowly });
    expect(second.losses).toEqual(first.losses);
    expect(second.bytes.equals(first.bytes)).toBe(true);
  });

  it('go on to the same bits from a checkpoint', async () => {
    compileLoops();
    const whole = await trained();
    const file = join(mkdtempSync(join(tmpdir(), 'unrolled-loop-')), 'run');
    const checkpoint = { file, every: { steps: 25 } };
    const stopped = trained(
      {},
      {
        checkpoint,
        onStep: ({ step }) => {
          if (step === 60) throw new Error('stopped');
        },
      },
    );
    await expect(stopped).rejects.toThrow('stopped');
    let resumed = 0;
    const onResume = (steps: number) => void (resumed = steps);
    const rest = await trained({}, { checkpoint: { ...checkpoint, onResume } });
    expect([50, 75]).toContain(resumed);
    expect(rest.losses).toEqual(whole.losses);
    expect(rest.bytes.equals(whole.bytes)).toBe(true);
  });

  it('tell of the step at which they diverge, as steps one by one do', async () => {
    const changes: Partial<Recipe> = { schedule: { kind: 'constant', rate: 1e30 } };
    const alone = await trained(changes).catch((error: unknown) => error);
    compileLoops();
    const inLoop = await trained(changes).catch((error: unknown) => error);
    expect(alone).toBeInstanceOf(DivergedError);
    expect((inLoop as Error).message).toBe((alone as Error).message);
  });

  it('leave no tensors behind', async () => {
    compileLoops();
    await trained({ steps: 5 });
    const before = tf.memory().numTensors;
    await trained({ steps: 5 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are not made for a run too short to pay for being compiled', async () => {
    compileLoops();
    const loops = kernels().loops!;
    const record = () => {
      throw new Error('compiled');
    };
    registerKernels('tensorflow', { ...kernels(), loops: { ...loops, worth: 91, record } });
    await expect(trained()).resolves.toBeDefined();
    await expect(trained({ steps: 91 })).rejects.toThrow('compiled');
  });
});
