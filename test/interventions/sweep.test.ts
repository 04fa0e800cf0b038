import * as fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Split } from '../../lib/core/data';
import { upload } from '../../lib/datasets/upload';
import { canRunPaths } from '../../lib/core/engine/ops/highway';
import { Stream } from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';
import {
  drop,
  dropSweep,
  lesion,
  lesionSweep,
  nestedDropSweep,
  orderTau,
  repeat,
  rewire,
  scale,
  shuffle,
  shuffleSweep,
  sweep,
  truncate,
} from '../../lib/core/interventions';
import { withPaths } from '../../lib/core/interventions/paths';
import { plan } from '../../lib/core/interventions/plan';
import { highwayNet, resNet, type Network } from '../../lib/core/networks';
import { distance, net, settings, split, twoStages } from './nets';

beforeAll(async () => {
  await loadNative();
});

/** Accuracy and loss in float64 from the network's logits for all images at once. */
function alone(network: Network, data: Split): number[] {
  const logits = network.logits(data.inputs);
  const [rows, labels] = [logits.arraySync(), data.labels.arraySync()];
  logits.dispose();
  let [right, loss] = [0, 0];
  rows.forEach((row, i) => {
    const largest = Math.max(...row);
    const total = row.reduce((sum, z) => sum + Math.exp(z - largest), 0);
    right += Number(row.indexOf(largest) === labels[i]);
    loss += Math.log(total) + largest - row[labels[i]!]!;
  });
  return [right / data.size, loss / data.size];
}

async function agree(networks: Network[], data: Split): Promise<void> {
  const scores = await sweep(networks, data);
  scores.forEach(({ accuracy, loss }, i) => {
    expect(distance([accuracy, loss], alone(networks[i]!, data))).toBeLessThan(1e-5);
  });
}

describe('sweep', () => {
  it('gives each network the score it has alone, whatever was done to it', async () => {
    const data = split(60);
    await fc.assert(
      fc.asyncProperty(settings, async ({ kind, blocks, seed }) => {
        const network = net(kind, blocks, seed);
        const stream = Stream.of(seed);
        await agree(
          [
            network,
            ...network.blocks.map((_, i) => lesion(network, i)),
            shuffle(network, 3, stream),
            shuffle(network, 4, stream),
            drop(network, 2, stream),
            truncate(network, [1]),
            repeat(network, 1, 3),
            scale(network, 0, 0.3),
            rewire(network, [[1, 1, 0]]),
            network,
          ],
          data,
        );
        network.dispose();
      }),
      { numRuns: 15 },
    );
    data.dispose();
  });

  it('does so where stages have different shapes', async () => {
    const network = twoStages();
    const data = split(40);
    await agree([network, ...network.blocks.map((_, i) => lesion(network, i))], data);
    data.dispose();
  });

  it('does so where a block meets images of two sizes', async () => {
    const stream = Stream.of(1);
    const network = resNet({ inputs: [6, 6, 1], classes: 3, blocks: 3, widths: [2, 2], stream });
    const pixels = Uint8Array.from({ length: 20 * 36 }, () => stream.integer(256));
    const labels = Uint8Array.from({ length: 20 }, () => stream.integer(3));
    const data = upload({ pixels, labels }, [6, 6, 1]);
    const moved = [1, 2, 3, 4].map((swaps) => shuffle(network, swaps, stream, 'across'));
    const [first] = network.stages;
    expect(moved.some(({ stages }) => stages[1]!.some((b) => first!.includes(b)))).toBe(true);
    await agree([network, ...moved], data);
    network.dispose();
    data.dispose();
  });

  it('does so over many batches, the last one not full, and over more networks than run together', async () => {
    const network = highwayNet({
      inputs: [1, 1, 7],
      width: 250,
      depth: 3,
      classes: 3,
      transformBias: 0,
      stream: Stream.of(1),
    });
    const data = split(4800);
    const orders = Array.from({ length: 33 }, (_, i) => [[0], [1], [0, 1], [1, 0]][i % 4]!);
    const networks = orders.map((order) => rewire(network, [order]));
    const reports: number[] = [];
    const scores = await sweep(networks, data, { onProgress: (done) => void reports.push(done) });
    scores.forEach(({ accuracy, loss }, i) => {
      expect(distance([accuracy, loss], alone(networks[i]!, data))).toBeLessThan(1e-5);
    });
    expect(reports.length).toBeGreaterThan(8);
    expect(reports).toEqual([...reports].sort((a, b) => a - b));
    expect(reports.at(-1)).toBe(1);
    const many = Array.from({ length: 3 }, () => networks).flat();
    const again = (await sweep(many, data)).slice(66).map(({ loss }) => loss);
    const once = scores.map(({ loss }) => loss);
    expect(distance(again, once)).toBeLessThan(1e-5);
    data.dispose();
  });

  it('leaves no tensor behind', async () => {
    const network = net('highway', 5);
    const data = split(30);
    const before = tf.memory().numTensors;
    await lesionSweep(network, data);
    expect(tf.memory().numTensors).toBe(before);
    data.dispose();
  });
});

describe('the plan of a lesion sweep', () => {
  const network = () => net('highway', 8);
  const lesions = (network: Network) => [
    network,
    ...network.blocks.map((_, i) => lesion(network, i)),
  ];

  it('runs each layer once, on n (n + 1) / 2 states of blocks in all', () => {
    const whole = network();
    const { steps } = plan(lesions(whole));
    expect(steps.map(({ layer }) => layer)).toEqual([
      ...whole.stem,
      ...whole.blocks,
      ...whole.head,
    ]);
    const runs = steps
      .filter(({ layer }) => (whole.blocks as unknown[]).includes(layer))
      .map(({ inputs }) => inputs.length);
    expect(runs.reduce((a, b) => a + b)).toBe((8 * 9) / 2);
  });

  it('calls each block once a trace, not once a lesion', async () => {
    const whole = net('residual', 8);
    const data = split(30);
    const spy = vi.spyOn(whole.blocks[7]!, 'call');
    await lesionSweep(whole, data);
    expect(spy).toHaveBeenCalledTimes(1);
    data.dispose();
  });

  it('has one step for all highway layers where the engine has an op for them, however often they are read', () => {
    const whole = network();
    const { steps, ends } = withPaths(plan(lesions(whole)));
    const [first, last] = [whole.stem.length, steps.length - whole.head.length];
    expect(last - first).toBe(canRunPaths() ? 1 : 8);
    expect(ends.length).toBe(9);
    const uncoupled = scale(whole, 3, 0.5);
    const apart = withPaths(plan([whole, uncoupled])).steps.map(({ layer }) => layer);
    expect(apart).toContain(uncoupled.blocks[3]);
  });

  it('runs what orders begin with in common once', () => {
    const whole = network();
    const { steps } = plan([0, 2, 5, 8].map((length) => truncate(whole, [length])));
    expect(steps.map(({ layer }) => layer)).toEqual([
      ...whole.stem,
      ...whole.blocks,
      ...whole.head,
    ]);
    expect(steps.map(({ inputs }) => inputs.length)).toEqual([...Array<number>(10).fill(1), 4]);
  });
});

describe('rows', () => {
  const stream = Stream.of(4);

  it('of lesions name block and stage, beside the whole network, and survive JSON', async () => {
    const network = twoStages();
    const data = split(40);
    const { intact, lesions } = await lesionSweep(network, data);
    expect(lesions.map(({ block, stage }) => `${stage} ${block}`)).toEqual(
      network.stages.flatMap((stage, i) => stage.map(({ name }) => `${i} ${name}`)),
    );
    expect(distance(Object.values(intact), alone(network, data))).toBeLessThan(1e-5);
    const third = alone(lesion(network, 'a_2'), data);
    expect(distance([lesions[2]!.accuracy, lesions[2]!.loss], third)).toBeLessThan(1e-5);
    expect(JSON.parse(JSON.stringify({ intact, lesions }))).toEqual({ intact, lesions });
    data.dispose();
  });

  it('of drops say what is left, and depend on the stream alone', async () => {
    const network = net('residual', 6);
    const data = split(40);
    const rows = await dropSweep(network, data, [0, 2, 4], { draws: 3, stream });
    expect(rows.map(({ removed, draw, left }) => [removed, draw, left.length])).toEqual(
      [0, 2, 4].flatMap((k) => [0, 1, 2].map((draw) => [k, draw, 6 - k])),
    );
    for (const { left, accuracy, loss } of rows) {
      const expected = alone(rewire(network, [left]), data);
      expect(distance([accuracy, loss], expected)).toBeLessThan(1e-5);
    }
    const four = await dropSweep(network, data, [4], { draws: 3, stream });
    expect(four.map(({ left }) => left)).toEqual(rows.slice(6).map(({ left }) => left));
    data.dispose();
  });

  it('of nested drops are one path from the whole net to none, block by block, a draw', async () => {
    const network = net('residual', 5);
    const data = split(40);
    const rows = await nestedDropSweep(network, data, { draws: 3, stream });
    const draws = [0, 1, 2].map((draw) => rows.filter((row) => row.draw === draw));
    for (const path of draws) {
      expect(path.map(({ removed, left }) => [removed, left.length])).toEqual(
        [0, 1, 2, 3, 4, 5].map((k) => [k, 5 - k]),
      );
      path.slice(1).forEach(({ left }, k) => {
        expect(left.every((name) => path[k]!.left.includes(name))).toBe(true);
      });
      for (const { left, accuracy, loss } of path) {
        const expected = alone(rewire(network, [left]), data);
        expect(distance([accuracy, loss], expected)).toBeLessThan(1e-5);
      }
    }
    const orders = draws.map((path) => path.map(({ left }) => left.join()).join(' '));
    expect(new Set(orders).size).toBe(3);
    const again = await nestedDropSweep(network, data, { draws: 1, stream });
    expect(again.map(({ left }) => left)).toEqual(draws[0]!.map(({ left }) => left));
    data.dispose();
  });

  it('of shuffles have the tau of their order', async () => {
    const network = net('highway', 6);
    const data = split(40);
    const rows = await shuffleSweep(network, data, [0, 1, 5], { draws: 2, stream });
    expect(rows.map(({ swaps }) => swaps)).toEqual([0, 0, 1, 1, 5, 5]);
    expect(rows.slice(0, 2).map(({ tau }) => tau)).toEqual([1, 1]);
    const same = shuffle(network, 5, stream.fork('5/1'));
    expect(rows[5]!.tau).toBe(orderTau(network, same));
    expect(distance([rows[5]!.accuracy, rows[5]!.loss], alone(same, data))).toBeLessThan(1e-5);
    data.dispose();
  });
});

it.each(['tensorflow', 'cpu'])(
  'labels outside of the classes are refused on the backend %s, where their loss would count as 0',
  async (backend) => {
    await tf.setBackend(backend);
    const network = net('plain');
    const data = new Split(tf.ones([4, 1, 1, 7]), tf.tensor1d([0, 1, 2, 3], 'int32'));
    await expect(sweep([network], data)).rejects.toThrow(
      '3 classes, from 0 to 2, but a label is 3.',
    );
    data.dispose();
    await tf.setBackend('tensorflow');
  },
);
