import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';
import {
  averagePoolingNet,
  countParameters,
  highwayCifar,
  highwayMnist,
  resNet,
  singleRepresentationNet,
  type Network,
} from '../../lib/core/networks';

const cifar = (classes = 10) => ({ inputs: [32, 32, 3] as const, classes, stream: Stream.of(1) });
const mnist = { inputs: [28, 28, 1] as const, classes: 10, stream: Stream.of(1) };

/** The residual nets of Jastrzebski et al. 2018, Table 1, with `shared` applications of one block. */
function published(layers: number, classes: number, shared?: number): Network {
  return resNet({
    ...cifar(classes),
    blocks: (layers - 2) / 6,
    preActivation: true,
    useBias: true,
    shortcut: 'projection',
    ...(shared && { sharing: { applications: shared, gamma: 0.1 } }),
  });
}

beforeAll(async () => {
  await loadNative();
});

function counts(net: Network) {
  const result = countParameters(net);
  net.dispose();
  return result;
}

describe('trainable parameters are those of Jastrzebski et al. 2018, Table 1', () => {
  it.each([
    ['ResNet-32', 32, undefined, 467_946, 473_796],
    ['ResNet-38', 38, undefined, 565_386, 571_236],
    ['ResNet-56', 56, undefined, 857_706, 863_556],
    ['ResNet-110', 110, undefined, 1_734_666, 1_740_516],
    ['ResNet-110-UBN', 110, 13, 570_762, 576_612],
    ['ResNet-146-UBN', 146, 19, 573_450, 579_300],
    ['ResNet-182-UBN', 182, 25, 576_138, 581_988],
  ])('%s', (_, layers, shared, cifar10, cifar100) => {
    expect(counts(published(layers, 10, shared)).trainable).toBe(cifar10);
    expect(counts(published(layers, 100, shared)).trainable).toBe(cifar100);
  });
});

describe('parameters with moving statistics are those of Jastrzebski et al. 2018, section 4', () => {
  it.each([
    ['original ResNet-110', () => published(110, 10), 1_742_762],
    ['single representation', () => singleRepresentationNet(cifar()), 1_829_210],
    ['average pooling', () => averagePoolingNet(cifar()), 12_201_310],
  ])('%s', (_, net, count) => {
    expect(counts(net()).total).toBe(count);
  });
});

describe('parameters are those of', () => {
  it.each([
    ['ResNet-110, option A (Srivastava 2025)', () => resNet({ ...cifar(), blocks: 18 }), 1_727_962],
    ['highway, 10 layers of 16', () => highwayMnist({ ...mnist, width: 16 }), 38_986],
    ['highway, 10 layers of 32', () => highwayMnist(mnist), 151_690],
    ['highway, 19 layers', () => highwayCifar(cifar()), 2_256_838],
  ])('%s', (_, net, count) => {
    expect(counts(net()).trainable).toBe(count);
  });
});

it('a net of 110 layers is built in less than five seconds', () => {
  const start = performance.now();
  resNet({ ...cifar(), blocks: 18 }).dispose();
  expect(performance.now() - start).toBeLessThan(5000);
});

it('disposing a net with shared blocks frees every weight', () => {
  const before = tf.memory().numTensors;
  published(32, 10, 3).dispose();
  expect(tf.memory().numTensors).toBe(before);
});
