import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
/** Lets Dawn find the Vulkan that Chromium brings along. */
const withVulkan = { LD_LIBRARY_PATH: '/usr/lib/chromium', VK_ICD_FILENAMES: swiftShader };

/** What a script gives in a process of its own, on a backend. */
function on(backend: string, body: string, env: NodeJS.ProcessEnv = {}): unknown {
  const script = `
    const u = require('unrolled');
    const tf = require('@tensorflow/tfjs');
    u.selectBackend()
      .then(async () => { ${body} })
      .then((result) => console.log(JSON.stringify(result)), (error) => console.log(JSON.stringify({ error: error.message })));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    env: { ...process.env, BACKEND: backend, ...env },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

/** Filter gradients of convolutions of odd and even sizes, strides and paddings. */
const gradients = `
  const cases = [
    [5, 7, 3, 1, 'same'], [6, 5, 3, 2, 'same'], [7, 7, 3, 2, 'valid'], [5, 6, 2, 2, 'same'], [9, 8, 5, 3, 'same'],
    [4, 4, 1, 2, 'valid'], [7, 5, 3, 2, [[0, 0], [1, 2], [2, 1], [0, 0]]], [6, 6, 3, [1, 2], 'same'], [8, 8, 3, 3, 1],
  ];
  const result = [];
  for (const [height, width, size, strides, pad] of cases) {
    const x = tf.randomNormal([2, height, width, 3], 0, 1, 'float32', 1);
    const w = tf.randomNormal([size, size, 3, 4], 0, 1, 'float32', 2);
    const f = (w) => tf.sum(tf.square(tf.conv2d(x, w, strides, pad, 'NHWC', 1, typeof pad === 'number' ? 'floor' : undefined)));
    result.push([...(await tf.grad(f)(w).data())]);
  }
  const rows = tf.tensor1d([2, 0, 2], 'int32');
  const chosen = (x) => tf.sum(tf.square(tf.gather(x, rows)));
  result.push([...(await tf.grad(chosen)(tf.tensor2d([[1, 2], [3, 4], [5, 6]])).data())]);
  return result;`;

/** Losses of a residual net with stochastic depth, in training, and whether its tensors stay as many. */
const training = `
  const data = await u.loadDataset('glyphs', { train: 12, test: 1 });
  const stream = u.Stream.of(1);
  const net = u.resNet({ inputs: data.shape, classes: 10, blocks: 1, widths: [2, 2, 2], dropPath: { kind: 'linear', last: 0.5 }, stream: stream.fork('weights') });
  const losses = await u.fit(net, data.train, { optimizer: { name: 'momentum', momentum: 0.9 }, schedule: { kind: 'constant', rate: 0.05 }, batchSize: 4, steps: 3 }, { stream });
  return [...losses];`;

function differences(a: unknown, b: unknown): number[] {
  return (a as number[][]).map((values, i) => {
    const other = (b as number[][])[i]!;
    const scale = Math.max(...values.map(Math.abs));
    return Math.max(...values.map((value, j) => Math.abs(value - other[j]!))) / scale;
  });
}

describe('WebAssembly', () => {
  it('has the gradients of convolutions and of gather that cpu has, at any stride, padding and size', () => {
    const [wasm, cpu] = [on('wasm', gradients), on('cpu', gradients)];
    for (const difference of differences(wasm, cpu)) expect(difference).toBeLessThan(1e-5);
    expect((cpu as number[][]).at(-1)).toEqual([2, 4, 0, 0, 20, 24]);
  });

  it('trains a residual net with stochastic depth as cpu does', () => {
    const [wasm, cpu] = [on('wasm', training), on('cpu', training)] as [number[], number[]];
    expect(wasm).toHaveLength(3);
    wasm.forEach((loss, i) => expect(Math.abs(loss - cpu[i]!)).toBeLessThan(1e-3));
  });
});

describe('WebGPU', () => {
  it('is missing in a sentence, and nothing on stderr, where there is no adapter', () => {
    const { error } = on('webgpu', 'return 0', { VK_ICD_FILENAMES: '/nowhere' }) as {
      error: string;
    };
    expect(error).toContain('BACKEND=webgpu is not to be had here: Dawn finds no adapter.');
  });

  it.skipIf(!existsSync(swiftShader))(
    'starts on every Node, and trains as WebAssembly does without a value read at once',
    () => {
      const [webgpu, wasm] = [on('webgpu', training, withVulkan), on('wasm', training)] as [
        number[],
        number[],
      ];
      expect(webgpu).toHaveLength(3);
      webgpu.forEach((loss, i) => expect(Math.abs(loss - wasm[i]!)).toBeLessThan(1e-3));
    },
  );
});

it.each(['cpu', 'wasm', 'tensorflow'])(
  'a model is saved to a folder and loaded again on %s',
  (backend) => {
    const folder = join(mkdtempSync(join(tmpdir(), 'model-')), 'model');
    const values = on(
      backend,
      `
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    await model.save('file://' + ${JSON.stringify(folder)});
    const loaded = await tf.loadLayersModel('file://' + ${JSON.stringify(join(folder, 'model.json'))});
    return Promise.all([model, loaded].map(async (each) => [...(await each.getWeights()[0].data())]));`,
    );
    const [saved, loaded] = values as [number[], number[]];
    expect(saved).toHaveLength(6);
    expect(loaded).toEqual(saved);
  },
);
