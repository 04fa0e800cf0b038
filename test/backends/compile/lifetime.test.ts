import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { GraphRandom, compile, momentum } from '../../../lib/core/engine';
import type { Addon } from '../../../lib/backends/native/addon';
import { removeLeftovers } from '../../../lib/backends/native/session';
import { loadNative } from '../../../lib/backends/native/load';
import { batch, denseNet, loss } from './nets';

let binding: Addon['binding'];

beforeAll(async () => {
  await loadNative();
  ({ binding } = tf.backend() as unknown as Addon);
});

afterEach(() => tf.disposeVariables());

const graphFolders = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('unrolled-graph-'));
const own = (name: string) => name.startsWith(`unrolled-graph-${process.pid}-`);

test('memory stays flat over 10,000 steps', () => {
  const net = denseNet('plain', 1, new GraphRandom(1));
  const optimizer = momentum(net.variables);
  const step = compile((x: tf.Tensor, labels: tf.Tensor1D, rate: tf.Scalar) =>
    optimizer.minimize(() => loss(net, x, labels), rate),
  );
  const { x, labels } = batch([10], 1);
  const rate = tf.scalar(0.01);
  const run = (steps: number) => {
    for (let i = 0; i < steps; i++) {
      const result = step(x, labels, rate);
      if (i % 100 === 0) result.dataSync();
      if (i % 1000 === 0) net.variables[0]!.dataSync();
      result.dispose();
    }
    global.gc?.();
    return {
      tensors: tf.memory().numTensors,
      buffers: tf.memory().numDataBuffers,
      handles: binding.getNumOfTensors(),
      megabytes: process.memoryUsage.rss() / 2 ** 20,
    };
  };
  const before = run(2000);
  const after = run(10_000);
  expect(after.tensors).toBe(before.tensors);
  expect(after.buffers).toBe(before.buffers);
  expect(Math.abs(after.handles - before.handles)).toBeLessThan(net.variables.length * 3);
  expect(after.megabytes - before.megabytes).toBeLessThan(40);
});

test('recording again and again leaves nothing behind', () => {
  const w = tf.variable(tf.ones([100]));
  const constant = tf.ones([2000]);
  const x = tf.ones([3]);
  const cycle = () => {
    const step = compile((x: tf.Tensor) => {
      w.assign(tf.add(w, tf.sum(x)));
      return tf.sum(tf.mul(tf.sum(w), constant));
    });
    for (let i = 0; i < 3; i++) tf.dispose([step(x)]);
    step.dispose();
  };
  cycle();
  const counts = () => [
    tf.memory().numTensors,
    tf.memory().numDataBuffers,
    binding.getNumOfTensors(),
    binding.getNumOfSavedModels(),
  ];
  const before = counts();
  for (let i = 0; i < 20; i++) cycle();
  expect(counts()).toEqual(before);
});

describe('sessions', () => {
  const scaled = (factor: tf.Variable) =>
    compile((x: tf.Tensor) => factor.assign(tf.mul(factor, x)));
  const valueAfter = (step: (x: tf.Tensor) => void, factor: tf.Variable, calls: number) => {
    for (let i = 0; i < calls; i++) step(tf.scalar(2));
    return factor.dataSync()[0];
  };

  test('are loaded by the second call, so that a function called once costs none', () => {
    const before = binding.getNumOfSavedModels();
    const step = compile((x: tf.Tensor) => tf.exp(x));
    step(tf.ones([77]));
    expect(binding.getNumOfSavedModels()).toBe(before);
    step(tf.ones([77]));
    expect(binding.getNumOfSavedModels()).toBe(before + 1);
    step.dispose();
  });

  test('that are given up serve an equal graph, which starts from its own variables', () => {
    const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(5))];
    const first = scaled(a);
    expect(valueAfter(first, a, 3)).toBe(8);
    first.dispose();
    first.dispose();
    const before = binding.getNumOfSavedModels();
    const second = scaled(b);
    expect(valueAfter(second, b, 3)).toBe(40);
    expect(binding.getNumOfSavedModels()).toBe(before);
    expect(a.dataSync()[0]).toBe(8);
    second.dispose();
  });

  test('are not shared by functions in use, though their graphs are equal', () => {
    const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(5))];
    const [first, second] = [scaled(a), scaled(b)];
    for (let i = 0; i < 3; i++) {
      first(tf.scalar(2));
      second(tf.scalar(3));
    }
    expect([a, b].map((variable) => variable.dataSync()[0])).toEqual([8, 135]);
    first.dispose();
    second.dispose();
  });

  test('that are given up are freed but for the last four', () => {
    const before = binding.getNumOfSavedModels();
    const counts = Array.from({ length: 20 }, (_, i) => {
      const step = compile((x: tf.Tensor) => tf.square(x));
      for (let call = 0; call < 2; call++) step(tf.ones([100 + i]));
      const loaded = binding.getNumOfSavedModels();
      step.dispose();
      return loaded;
    });
    expect(counts[0]).toBe(before + 1);
    expect(new Set(counts.slice(4)).size).toBe(1);
    expect(binding.getNumOfSavedModels()).toBeLessThanOrEqual(before + 4);
  });

  test('are bounded in number, and the shape used last is kept', () => {
    const before = binding.getNumOfSavedModels();
    let recorded = 0;
    const step = compile((x: tf.Tensor) => {
      recorded++;
      return tf.square(x);
    });
    for (let size = 1; size <= 30; size++) {
      for (let call = 0; call < 2; call++) step(tf.ones([size]));
      step(tf.ones([1]));
    }
    expect(binding.getNumOfSavedModels() - before).toBeGreaterThan(4);
    expect(binding.getNumOfSavedModels() - before).toBeLessThanOrEqual(8);
    expect(recorded).toBe(30);
    step(tf.ones([2]));
    expect(recorded).toBe(31);
    step.dispose();
  });

  test('are recorded anew for another list of state, such as that of another model', () => {
    let w = tf.variable(tf.scalar(2));
    const step = compile((x: tf.Scalar) => tf.mul(x, w), { state: () => [w] });
    const results = [step(tf.scalar(3)), step(tf.scalar(3))];
    w = tf.variable(tf.scalar(5));
    results.push(step(tf.scalar(3)), step(tf.scalar(3)));
    expect(results.map((tensor) => tensor.dataSync()[0])).toEqual([6, 6, 15, 15]);
  });
});

describe('temporary folders', () => {
  test('are gone once a graph is loaded', () => {
    const step = compile((x: tf.Tensor) => tf.cosh(x));
    const before = binding.getNumOfSavedModels();
    for (let call = 0; call < 2; call++) step(tf.ones([2]));
    expect(binding.getNumOfSavedModels()).toBe(before + 1);
    expect(graphFolders().filter(own)).toEqual([]);
  });

  test('that can not be made are told by TMPDIR, and a later call loads the graph after all', () => {
    const step = compile((x: tf.Tensor) => tf.sinh(x));
    const x = tf.zeros([3]);
    step(x);
    vi.stubEnv('TMPDIR', join(tmpdir(), 'no-such-folder'));
    expect(() => step(x)).toThrow(/^compile: the graph can't be written to .*TMPDIR/);
    vi.unstubAllEnvs();
    expect([...step(x).dataSync()]).toEqual([0, 0, 0]);
  });

  test('of a process that crashed are removed by the next, those of a live one are not', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const dead = mkdtempSync(join(tmpdir(), `unrolled-graph-${pid}-`));
    const alive = mkdtempSync(join(tmpdir(), `unrolled-graph-${process.ppid}-`));
    mkdirSync(join(dead, 'inner'));
    removeLeftovers();
    const left = graphFolders().map((name) => join(tmpdir(), name));
    expect(left).not.toContain(dead);
    expect(left).toContain(alive);
    rmSync(alive, { recursive: true });
  });
});

test('what the caller does to a result changes no later one', () => {
  const step = compile((x: tf.Tensor) => ({ double: tf.mul(x, 2), triple: tf.mul(x, 3) }));
  const list = compile((x: tf.Tensor) => [tf.mul(x, 2), tf.mul(x, 3)]);
  for (let call = 0; call < 3; call++) {
    const result = step(tf.scalar(1)) as Record<string, tf.Tensor>;
    expect([result['double'], result['triple']].map((t) => t?.dataSync()[0])).toEqual([2, 3]);
    delete result['double'];
    const both = list(tf.scalar(1));
    expect(both).toHaveLength(2);
    while (both.length > 0) both.pop()!.dispose();
  }
});

test('a process that compiled exits cleanly', () => {
  const script = `
    const { selectBackend, compile } = require('unrolled');
    const tf = require('@tensorflow/tfjs');
    selectBackend().then(() => {
      const w = tf.variable(tf.scalar(1));
      const step = compile((x) => w.assign(tf.add(w, x)));
      for (let i = 0; i < 3; i++) step(tf.scalar(1));
      console.log(w.dataSync()[0]);
    });`;
  const output = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(output.trim()).toBe('4');
});
