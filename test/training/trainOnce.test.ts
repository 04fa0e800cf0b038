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
import { describeRuns, runsFolder, trainOnce, type Recipe } from '../../lib/training';
import { describeNetwork } from '../../lib/training/describe';
import { bytesOf } from './noisyNet';

const code = vi.hoisted(() => ({ codeVersion: 'this' }));
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
  const { losses, reusedSteps } = run;
  const weights = bytesOf(run.net);
  run.net.dispose();
  return { losses, reusedSteps, weights };
}

describe('trainOnce', () => {
  it('takes a finished run the second time, to the bit, and reports its steps', async () => {
    const first = await train();
    const steps: number[] = [];
    const again = await train({ onStep: ({ step }) => void steps.push(step) });
    expect([first.reusedSteps, again.reusedSteps]).toEqual([0, 12]);
    expect(again.weights.equals(first.weights)).toBe(true);
    expect(again.losses).toEqual(first.losses);
    expect(steps).toEqual(Array.from({ length: 12 }, (_, step) => step));
    expect(readdirSync(folder)).toEqual([
      expect.stringMatching(/^residual-seed1-[0-9a-f]{16}\.run$/),
    ]);
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
    expect(readdirSync(folder)).toHaveLength(2);
    expect((await train()).reusedSteps).toBe(12);
  });

  it('does not take a run of another version of the library', async () => {
    await train();
    code.codeVersion = 'another';
    expect((await train()).reusedSteps).toBe(0);
    code.codeVersion = 'this';
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
    const kept = await train();
    const fresh = await train({ reuse: false });
    expect(fresh.reusedSteps).toBe(0);
    // A GPU adds in no fixed order.
    if (!onGpu) expect(fresh.weights.equals(kept.weights)).toBe(true);
  });

  it('names a damaged run and the way out', async () => {
    await train();
    const [name] = readdirSync(folder);
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
    const runs = [0, 0, 4, 10].map((reusedSteps) => ({ losses, reusedSteps }));
    expect(describeRuns(runs)).toBe('4 runs: 2 trained, 1 resumed, 1 reused');
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
