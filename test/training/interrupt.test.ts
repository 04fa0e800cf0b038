import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../lib/backends';
import { interrupt, InterruptedError, Stream } from '../../lib/core/engine';
import { sweep } from '../../lib/core/interventions';
import { highwayNet } from '../../lib/core/networks';
import { readings, summed } from '../../lib/core/probes/samples';
import { loadDataset, type Dataset } from '../../lib/datasets';
import { fit, type Recipe } from '../../lib/training';

const recipe: Recipe = {
  optimizer: { name: 'momentum', momentum: 0.9 },
  schedule: { kind: 'constant', rate: 0.05 },
  batchSize: 20,
  steps: 30,
};

let data: Dataset;
beforeAll(async () => {
  await selectBackend();
  data = await loadDataset('glyphs', { train: 200, test: 200 });
});
afterAll(() => data.dispose());

const build = () =>
  highwayNet({
    inputs: [28, 28, 1],
    transformBias: -1,
    width: 8,
    depth: 3,
    classes: 10,
    stream: Stream.of(1).fork('weights'),
  });

async function train(file?: string, onStep?: (report: { step: number }) => void) {
  const net = build();
  try {
    const checkpoint = file ? { file, every: { seconds: 1000 } } : undefined;
    return await fit(net, data.train, recipe, { stream: Stream.of(2), onStep, checkpoint });
  } finally {
    net.dispose();
  }
}

const at = (step: number) => (report: { step: number }) => {
  if (report.step === step) interrupt();
};

describe('an interrupt', () => {
  it('ends training at the next step, frees what it held, and a run without a checkpoint starts anew', async () => {
    const before = tf.memory().numTensors;
    await expect(train(undefined, at(3))).rejects.toThrow(InterruptedError);
    expect(tf.memory().numTensors).toBe(before);
    expect(await train()).toHaveLength(30);
  });

  it('leaves a checkpoint, though none was due, from which the run goes on to the same losses', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'interrupt-')), 'run');
    const seen: number[] = [];
    await expect(train(file, at(9))).rejects.toThrow(/Interrupted after 1\d of 30 steps/);
    const losses = await train(file, ({ step }) => seen.push(step));
    expect(seen).toEqual(Array.from({ length: 30 }, (_, step) => step));
    const whole = await train();
    losses.forEach((loss, i) => expect(Math.abs(loss - whole[i]!)).toBeLessThan(1e-4));
  });

  it('ends a sweep and a probe, frees what they held, and both run again', async () => {
    const net = build();
    const before = tf.memory().numTensors;
    const sweeping = sweep(Array(65).fill(net) as (typeof net)[], data.test, {
      onProgress: interrupt,
    });
    await expect(sweeping).rejects.toThrow(InterruptedError);
    let batches = 0;
    const measure = (batch: tf.Tensor) => {
      if (++batches === 3) interrupt();
      return tf.sum(batch);
    };
    const probing = summed(readings(net, data.test.inputs, { batchSize: 10 }, measure));
    await expect(probing).rejects.toThrow(InterruptedError);
    expect(tf.memory().numTensors).toBe(before);
    expect(await sweep([net], data.test)).toHaveLength(1);
    expect(batches).toBe(3);
    expect(await summed(readings(net, data.test.inputs, {}, measure))).toHaveLength(1);
    net.dispose();
  });

  it('of work that is over stops nothing that begins later', async () => {
    interrupt();
    expect(await train()).toHaveLength(30);
  });

  it('is left to the process outside a kernel: Ctrl-C ends a script as ever', () => {
    const script = "require('unrolled'); console.log(process.listenerCount('SIGINT'))";
    const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('0');
  });
});
