import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { onGpu } from '../device';
import { loadDataset, type Dataset } from '../../lib/datasets';
import { selectBackend } from '../../lib/backends';
import { Stream } from '../../lib/core/engine';
import { rewire, scale } from '../../lib/core/interventions';
import { highwayNet, residualNet, type Network } from '../../lib/core/networks';
import {
  DivergedError,
  describeRuns,
  runsFolder,
  trainOnce,
  type Provenance,
  type Recipe,
} from '../../lib/training';
import { usedBy } from '../../lib/training/keptRuns';
import { describeNetwork } from '../../lib/training/describe';
import { bytesOf } from './noisyNet';

const code = vi.hoisted(() => ({ codeVersion: 'this', resultsVersion: 1 }));
vi.mock('../../lib/training/codeVersion', () => code);

const recipe: Recipe = {
  optimizer: { name: 'momentum', momentum: 0.9 },
  schedule: { kind: 'constant', rate: 0.05 },
  batchSize: 50,
  steps: 12,
};

const build = (
  stream: Stream,
  options: { branchScale?: number; activation?: 'relu' | 'tanh' } = {},
) =>
  residualNet({
    inputs: [28, 28, 1],
    width: 8,
    depth: 4,
    classes: 10,
    kernelInitializer: 'heUniform',
    ...options,
    stream,
  });

let data: Dataset;
let folder: string;

beforeAll(async () => {
  await selectBackend();
  data = await loadDataset('glyphs', { train: 525, test: 10 });
});

afterAll(() => data.dispose());

beforeEach(() => {
  Object.assign(code, { codeVersion: 'this', resultsVersion: 1 });
  folder = mkdtempSync(join(tmpdir(), 'unrolled-runs-'));
  vi.stubEnv('UNROLLED_RUNS', folder);
  return () => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  };
});

const standard = () => ({ name: 'residual', build, data, recipe, seed: 1, reuse: true });

async function train(changes: Partial<Parameters<typeof trainOnce<Network>>[0]> = {}) {
  const run = await trainOnce<Network>({ ...standard(), ...changes });
  const { losses, reusedSteps, made } = run;
  const weights = bytesOf(run.net);
  run.net.dispose();
  return { losses, reusedSteps, weights, code: made.map(({ code }) => code) };
}

const kept = () => readdirSync(folder).filter((name) => !name.endsWith('.list'));

/** Stops after so many steps, of which `saved` are in the file. */
const stopAt = (stop: number, changes: object = {}) =>
  expect(
    train({
      saveEvery: { steps: 3 },
      onStep: ({ step }) => {
        if (step === stop) throw new Error('stopped');
      },
      ...changes,
    }),
  ).rejects.toThrow('stopped');

describe('trainOnce', () => {
  it('takes a finished run the second time, to the bit, and reports its steps', async () => {
    const first = await train();
    const steps: number[] = [];
    const again = await train({ onStep: ({ step }) => void steps.push(step) });
    expect([first.reusedSteps, again.reusedSteps]).toEqual([0, 12]);
    expect(again.weights.equals(first.weights)).toBe(true);
    expect(again.losses).toEqual(first.losses);
    expect(steps).toEqual(Array.from({ length: 12 }, (_, step) => step));
    expect(kept()).toEqual([
      expect.stringMatching(/^residual-seed1-[0-9a-f]{16}-[0-9a-f]{8}\.run$/),
    ]);
  });

  it('goes on with an unfinished run, which has a name of its own until it is finished', async () => {
    const whole = await train({ reuse: false });
    await stopAt(7);
    expect(kept()).toEqual([expect.stringMatching(/^residual-seed1-[0-9a-f-]+\.checkpoint$/)]);
    const rest = await train();
    expect(rest.reusedSteps).toBe(6);
    if (!onGpu) expect(rest.weights.equals(whole.weights)).toBe(true);
    expect(kept()).toEqual([expect.stringMatching(/\.run$/)]);
  });

  it('takes a run that was called otherwise: the name is none of what makes it the run it is', async () => {
    await train();
    expect((await train({ name: 'another' })).reusedSteps).toBe(12);
    expect(kept()).toHaveLength(1);
  });

  it('takes a run that other code made, and says so; an exact one it makes anew, and loses none', async () => {
    const first = await train();
    code.codeVersion = 'another';
    const taken = await train();
    expect([taken.reusedSteps, taken.code]).toEqual([12, ['this']]);
    expect(taken.weights.equals(first.weights)).toBe(true);
    const exact = await train({ exact: true });
    expect([exact.reusedSteps, exact.code]).toEqual([0, ['another']]);
    expect(kept()).toHaveLength(2);
    expect((await train()).code).toEqual(['another']);
    code.codeVersion = 'this';
    expect((await train({ exact: true })).code).toEqual(['this']);
  });

  it('names both where one went on with what another had begun, and that is no exact run of either', async () => {
    await stopAt(7);
    code.codeVersion = 'another';
    expect((await train()).code).toEqual(['this', 'another']);
    expect((await train()).code).toEqual(['this', 'another']);
    expect((await train({ exact: true })).code).toEqual(['another']);
    code.codeVersion = 'this';
    expect((await train({ exact: true })).reusedSteps).toBe(0);
  });

  it('trains anew after a change of code that is declared to change results', async () => {
    await train();
    code.resultsVersion = 2;
    expect((await train()).reusedSteps).toBe(0);
  });

  it('keeps a run that diverged with its step: it diverges again at once, in the same words', async () => {
    const wild: Recipe = { ...recipe, schedule: { kind: 'constant', rate: 1e30 } };
    const steps: number[] = [];
    const run = () => train({ recipe: wild, onStep: ({ step }) => void steps.push(step) });
    const words = async () => {
      const error = await run().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(DivergedError);
      return (error as Error).message;
    };
    const first = await words();
    expect(first).toMatch(/^The loss is \S+ at step [1-9]\d* of 12, at rate 1e\+30/);
    expect(kept()).toEqual([expect.stringMatching(/\.run$/)]);
    const taken = steps.splice(0);
    const before = tf.memory().numTensors;
    expect(await words()).toBe(first);
    expect(tf.memory().numTensors).toBe(before);
    expect(steps).toEqual(taken);
  });

  it('writes down which runs a profile used, each once', async () => {
    await train();
    await train();
    vi.stubEnv('PROFILE', 'desk');
    await train({ seed: 2 });
    await train();
    const [first, second] = kept();
    expect(await usedBy('quick')).toEqual([first]);
    expect(await usedBy('desk')).toEqual([second, first]);
  });

  it.each<[string, () => Partial<Parameters<typeof trainOnce<Network>>[0]>]>([
    ['recipe', () => ({ recipe: { ...recipe, schedule: { kind: 'constant', rate: 0.04 } } })],
    ['seed', () => ({ seed: 2 })],
    ['data', () => ({ data: { train: data.train, checksum: 'another' } })],
    [
      'network, of the same weights',
      () => ({ build: (stream) => build(stream, { branchScale: 0.5 }) }),
    ],
    [
      'activation, of the same weights',
      () => ({ build: (stream) => build(stream, { activation: 'tanh' }) }),
    ],
    [
      'network',
      () => ({
        build: (stream) =>
          highwayNet({
            inputs: [28, 28, 1],
            width: 8,
            depth: 4,
            classes: 10,
            transformBias: -1,
            stream,
          }),
      }),
    ],
  ])('does not take a run of another %s', async (_, changes) => {
    await train();
    expect((await train(changes())).reusedSteps).toBe(0);
    expect(kept()).toHaveLength(2);
    expect((await train()).reusedSteps).toBe(12);
  });

  it('takes a recipe for the same whatever the order of its keys', async () => {
    await train();
    const { steps, batchSize, schedule, optimizer } = recipe;
    const reordered = { steps, batchSize, schedule, optimizer };
    expect((await train({ recipe: reordered })).reusedSteps).toBe(12);
  });

  it('takes what was measured with the run, and does not take a run of which other things were', async () => {
    const watch = {
      every: 4,
      measure: ({ variables }: Network) => [...variables[0]!.dataSync().slice(0, 2)],
    };
    const measured = async (changes: object) => {
      const run = await trainOnce<Network>({ ...standard(), ...changes });
      run.net.dispose();
      return run;
    };
    const first = await measured({ watch });
    expect(first.measured.map(({ steps }) => steps)).toEqual([0, 4, 8, 12]);
    const again = await measured({ watch });
    expect(again.reusedSteps).toBe(12);
    expect(again.measured).toEqual(first.measured);
    const other = { every: 4, measure: () => [1] };
    expect((await measured({ watch: other })).reusedSteps).toBe(0);
    expect((await measured({})).measured).toEqual([]);
  });

  it('neither reads nor keeps a run when told not to', async () => {
    await train({ reuse: false });
    expect(readdirSync(folder)).toEqual([]);
    const first = await train();
    const fresh = await train({ reuse: false });
    expect(fresh.reusedSteps).toBe(0);
    // A GPU adds in no fixed order.
    if (!onGpu) expect(fresh.weights.equals(first.weights)).toBe(true);
  });

  it('names a damaged run and the way out', async () => {
    await train();
    const [name] = kept();
    writeFileSync(join(folder, name!), 'unrolled-checkpoint-1 0\nnothing');
    await expect(train()).rejects.toThrow(`${join(folder, name!)} is damaged`);
  });

  it('refuses a name that is no part of a file name', async () => {
    await expect(train({ name: '../residual' })).rejects.toThrow('unlike "../residual"');
  });

  it('leaves no tensor behind, whether trained, reused or failed', async () => {
    await train();
    const before = tf.memory().numTensors;
    await train();
    await train({ seed: 2 });
    await train({ seed: 3, recipe: { ...recipe, batchSize: 1000 } }).catch(() => undefined);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps runs in .unrolled/runs of the project by default', () => {
    vi.stubEnv('UNROLLED_RUNS', '');
    expect(runsFolder()).toBe(join(__dirname, '..', '..', '.unrolled', 'runs'));
    vi.stubEnv('UNROLLED_RUNS', 'elsewhere');
    expect(runsFolder()).toBe(join(__dirname, '..', '..', 'elsewhere'));
  });
});

describe('describeRuns', () => {
  it('counts what was trained, resumed and reused', () => {
    const losses = new Float32Array(10);
    const made: Provenance[] = [
      {
        ...{ backend: 'cuda', highwayOps: false, threads: undefined, precision: 'float32' },
        ...{ versions: { tfjs: '4', tensorflow: '2.21.0' }, code: '0123456789abcdef' },
      },
    ];
    const runs = [0, 0, 4, 10].map((reusedSteps) => ({ losses, reusedSteps, made }));
    expect(describeRuns(runs)).toBe(
      '4 runs: 2 trained, 1 resumed, 1 reused; made by backend cuda, TensorFlow 2.21.0, code 01234567',
    );
    expect(describeRuns(runs.slice(0, 1))).toBe('1 run: 1 trained');
  });
});

describe('describeNetwork', () => {
  it('is the same for nets built alike, whatever tfjs calls their layers', () => {
    const [first, second] = [build(Stream.of(1)), build(Stream.of(1))];
    expect(describeNetwork(second)).toEqual(describeNetwork(first));
    [first, second].forEach((net) => net.dispose());
  });

  it('tells a block applied twice from two blocks, and one order from another', () => {
    const net = build(Stream.of(1));
    const twice = rewire(net, [['residual_01', 'residual_01', 'residual_02']]);
    const other = rewire(net, [['residual_01', 'residual_02', 'residual_02']]);
    expect(describeNetwork(twice)).not.toEqual(describeNetwork(other));
    net.dispose();
  });

  it('refuses a layer whose configuration does not say what it does, naming it', () => {
    const net = build(Stream.of(1));
    const scaled = scale(net, 'residual_02', 0.5);
    expect(() => describeNetwork(scaled)).toThrow('"residual_02" is of a class Altered that');
    net.dispose();
  });
});
