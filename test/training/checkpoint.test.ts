import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadDataset, type Dataset } from '../../lib/datasets';
import { selectBackend } from '../../lib/backends';
import { Stream } from '../../lib/core/engine';
import {
  CheckpointError,
  fit,
  type Measured,
  type Recipe,
  type Trainable,
} from '../../lib/training';
import { bytesOf, noisyNet } from './noisyNet';

const recipe: Recipe = {
  optimizer: { name: 'momentum', momentum: 0.9 },
  schedule: { kind: 'exponential', rate: 0.05, decay: 0.1 },
  batchSize: 50,
  steps: 24,
};

let data: Dataset;
let folder: string;
let file: string;

beforeAll(async () => {
  await selectBackend();
  data = await loadDataset('glyphs', { train: 525, test: 10 });
  folder = mkdtempSync(join(tmpdir(), 'unrolled-checkpoint-'));
});

afterAll(() => {
  data.dispose();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  file = join(mkdtempSync(join(folder, 'run-')), 'checkpoint');
});

interface Changes extends Partial<Recipe> {
  seed?: number;
  netSeed?: number;
  stopAt?: number;
  saved?: boolean;
  every?: number;
}

/** Trains, from the checkpoint if there is one, and says what came of it. */
async function run({
  seed = 3,
  netSeed = 1,
  stopAt,
  saved = true,
  every,
  ...changes
}: Changes = {}) {
  const net = noisyNet(netSeed);
  const taken: number[] = [];
  const measured: Measured[] = [];
  const measure = () => [tf.tidy(() => tf.sum(net.variables[0]!).dataSync()[0]!)];
  const onMeasured = (row: Measured) => void measured.push(row);
  let resumed: number | undefined;
  const onResume = (steps: number) => void (resumed = steps);
  try {
    const losses = await fit(
      net,
      data.train,
      { ...recipe, ...changes },
      {
        stream: Stream.of(seed),
        watch: every === undefined ? undefined : { every, measure, onMeasured },
        checkpoint: saved ? { file, every: { steps: 5 }, onResume } : undefined,
        onStep: ({ step }) => {
          taken.push(step);
          if (step === stopAt) throw new Error('stopped');
        },
      },
    );
    return { losses, taken, measured, resumed, weights: bytesOf(net) };
  } finally {
    net.dispose();
  }
}

const stop = (stopAt: number, changes: Changes = {}) =>
  expect(run({ ...changes, stopAt })).rejects.toThrow('stopped');

describe('a checkpoint', () => {
  it.each<Recipe['optimizer']>([
    { name: 'sgd', weightDecay: 0.01 },
    { name: 'momentum', momentum: 0.9 },
    { name: 'nesterov', momentum: 0.5 },
    { name: 'adam' },
  ])(
    'holds all that $name needs: a resumed run ends in the same bits and losses',
    async (optimizer) => {
      const whole = await run({ optimizer, saved: false });
      await stop(13, { optimizer });
      const resumed = await run({ optimizer });
      expect(resumed.resumed).toBe(10);
      expect(resumed.losses).toEqual(whole.losses);
      expect(resumed.weights.equals(whole.weights)).toBe(true);
    },
  );

  it('changes nothing about a run that is not interrupted', async () => {
    const [saved, unsaved] = [await run(), await run({ saved: false })];
    expect(saved.weights.equals(unsaved.weights)).toBe(true);
  });

  it('reports every step to onStep once, those taken earlier included', async () => {
    await stop(13);
    expect((await run()).taken).toEqual(Array.from({ length: 24 }, (_, step) => step));
  });

  it('holds what was measured, so that a resumed run tells what one never stopped tells', async () => {
    const whole = await run({ every: 4, saved: false });
    expect(whole.measured.map(({ steps }) => steps)).toEqual([0, 4, 8, 12, 16, 20, 24]);
    expect(new Set(whole.measured.map(({ values }) => values[0])).size).toBe(7);
    await stop(13, { every: 4 });
    expect((await run({ every: 4 })).measured).toEqual(whole.measured);
    expect((await run({ every: 4 })).measured).toEqual(whole.measured);
    await expect(run({ every: 3 })).rejects.toThrow('of another run, with other watched');
  });

  it.each([0, 1.5, NaN])(
    'is not begun when measurements are to be %s steps apart',
    async (every) => {
      await expect(run({ every })).rejects.toThrow(
        `watch.every is a whole number of steps, at least 1, not ${every}.`,
      );
    },
  );

  it('of a finished run is taken as it is, without a step', async () => {
    const first = await run();
    const again = await run();
    expect(again.resumed).toBe(24);
    expect(again.weights.equals(first.weights)).toBe(true);
    expect(again.losses).toEqual(first.losses);
  });

  it.each<[string, Changes]>([
    ['recipe', { batchSize: 49 }],
    ['recipe', { augmentation: { flip: true } }],
    ['stream', { seed: 4 }],
    ['initial weights', { netSeed: 2 }],
  ])('of another run, with another %s, is refused and kept', async (what, changes) => {
    await stop(13);
    const before = readFileSync(file);
    const failure = run(changes);
    await expect(failure).rejects.toThrow(CheckpointError);
    await expect(failure).rejects.toThrow(
      `${file} is the checkpoint of another run, with other ${what}. Name another file, or delete`,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('of other data is refused', async () => {
    await stop(13);
    const other = await loadDataset('glyphs', { train: 525, test: 10, seed: 1 });
    const net = noisyNet();
    const checkpoint = { file, every: { steps: 5 } };
    const failure = fit(net, other.train, recipe, { stream: Stream.of(3), checkpoint });
    await expect(failure).rejects.toThrow('with other data.');
    net.dispose();
    other.dispose();
  });

  it('that is damaged anywhere is refused, naming the file and the way out', async () => {
    await stop(13);
    const whole = readFileSync(file);
    for (const at of [whole.indexOf('\n') + 3, whole.length >> 1, whole.length - 1]) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1;
      writeFileSync(file, damaged);
      await expect(run()).rejects.toThrow(`${file} is damaged`);
      await expect(run()).rejects.toThrow('Delete it to start the run afresh.');
    }
    writeFileSync(file, whole.subarray(0, whole.length - 100));
    await expect(run()).rejects.toThrow(`${file} is damaged`);
  });

  it.each([
    ['', 'empty'],
    ['{"weights": []}\n', 'of something else'],
  ])('that is %j is refused, not overwritten', async (text) => {
    writeFileSync(file, text);
    await expect(run()).rejects.toThrow(`${file} is not a checkpoint of this version`);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('that cannot be written says so, with the file and the way out', async () => {
    writeFileSync(file, 'a file, not a folder');
    const below = join(file, 'checkpoint');
    const net = noisyNet();
    const checkpoint = { file: below, every: { steps: 5 } };
    const failure = fit(net, data.train, recipe, { stream: Stream.of(3), checkpoint });
    await expect(failure).rejects.toThrow(CheckpointError);
    await expect(failure).rejects.toThrow(below);
    net.dispose();
  });

  it('half written by a killed process of this machine is cleaned up; a live one and another machine keep theirs', async () => {
    await stop(13);
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const host = hostname().replaceAll(/[^\w-]/g, '_');
    const name = (host: string, pid: number) => `checkpoint.${host}.${pid}.1-a.partial`;
    const [gone, live, elsewhere] = [
      name(host, dead),
      name(host, process.ppid),
      name('other', dead),
    ];
    for (const each of [gone, live, elsewhere]) writeFileSync(join(file, '..', each), 'half');
    expect((await run()).resumed).toBe(10);
    expect(readdirSync(join(file, '..')).sort()).toEqual(['checkpoint', live, elsewhere].sort());
  });

  it('is not written when a step changes variables that the net does not list', async () => {
    const net = noisyNet();
    const silent: Trainable = { variables: net.variables, logits: (...x) => net.logits(...x) };
    const checkpoint = { file, every: { steps: 5 } };
    const failure = fit(silent, data.train, recipe, { stream: Stream.of(3), checkpoint });
    await expect(failure).rejects.toThrow('neither in variables nor in statistics');
    expect(existsSync(file)).toBe(false);
    net.dispose();
  });

  it('is written though a variable of nobody shares its first value with a tensor', async () => {
    const value = tf.zeros([3]);
    const other = tf.variable(value, false);
    await run();
    expect(existsSync(file)).toBe(true);
    tf.dispose([value, other]);
  });

  it('leaves no tensor behind, whether the run is fresh, resumed, finished or refused', async () => {
    await run();
    const before = tf.memory().numTensors;
    await run();
    expect(tf.memory().numTensors).toBe(before);
    await run({ seed: 4 }).catch(() => undefined);
    expect(tf.memory().numTensors).toBe(before);
    rmSync(file);
    await stop(13);
    await run();
    expect(tf.memory().numTensors).toBe(before);
  });
});
