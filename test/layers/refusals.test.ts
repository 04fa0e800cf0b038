import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { GraphRandom } from '../../lib/core/engine';
import {
  BatchNorm,
  HighwayConv,
  PlainConv,
  PlainDense,
  Pooling,
  ResidualConv,
  ResidualDense,
  survivalProbabilities,
} from '../../lib/core/layers';
import { checkBlock } from '../../lib/core/layers/block';
import { onTheAddon } from './native';

onTheAddon();

const dropPath = { survival: 0.5, seed: 1 };

describe('refused by name, with the value', () => {
  it.each<[string, () => unknown, string]>([
    [
      'an activation that a plain convolution has not',
      () => new PlainConv({ filters: 2, name: 'p', activation: 'elu' as 'relu' }),
      'PlainConv "p": activation is one of linear, relu, sigmoid, tanh, not "elu".',
    ],
    [
      'an activation that a highway convolution has not',
      () => new HighwayConv({ filters: 2, name: 'h', activation: 'rule' as 'relu' }),
      'HighwayConv "h": activation is one of linear, relu, sigmoid, tanh, not "rule".',
    ],
    [
      'an activation that a dense block has not',
      () => new PlainDense({ units: 2, activation: 'rule' as 'relu' }),
      'Unknown activation: rule.',
    ],
    [
      'a last activation that a dense block has not',
      () => new ResidualDense({ units: 2, lastActivation: 'rule' as 'relu' }),
      'Unknown activation: rule.',
    ],
    ...['gloro', 'toString', 3, {}].map((name): [string, () => unknown, string] => [
      `the initializer ${JSON.stringify(name)}`,
      () => new PlainConv({ filters: 2, kernelInitializer: name as 'zeros' }),
      'is not an initializer. The initializers are constant,',
    ]),
    ...[NaN, Infinity, 0].map((branchScale): [string, () => unknown, string] => [
      `a branch scale of ${branchScale}`,
      () => new ResidualDense({ units: 2, name: 'r', branchScale }),
      `ResidualDense "r": branchScale is a finite number, and not 0, at which the branch has no effect: not ${branchScale}.`,
    ]),
    [
      'a schedule of survival of another kind',
      () => survivalProbabilities({ kind: 'square' as 'linear', last: 0.5 }, 3),
      'kind is one of linear, uniform, not "square".',
    ],
    ...[1.5, NaN, 2 ** 31, undefined].map((seed): [string, () => unknown, string] => [
      `the seed ${seed} of stochastic depth`,
      () =>
        new ResidualConv({
          filters: 2,
          name: 'r',
          dropPath: { ...dropPath, seed: seed as number },
        }),
      `ResidualConv "r": dropPath.seed is an integer of 32 bits, with its sign, not ${seed}.`,
    ]),
    [
      'a seed of draws in a graph that is no integer',
      () => new GraphRandom(0.5),
      'The seed is an integer of 32 bits, with its sign, not 0.5.',
    ],
    [
      'a bias where the equation has one in any case',
      () => new HighwayConv({ filters: 2, name: 'h', ...{ useBias: false } }),
      'HighwayConv "h" has no option "useBias". It takes filters, kernelSize,',
    ],
    [
      'an unknown constant of a batch norm',
      () => new PlainConv({ filters: 2, name: 'p', batchNorm: { epsilom: 1 } as object }),
      'PlainConv "p": batchNorm has no option "epsilom". It takes momentum, epsilon, gamma.',
    ],
    [
      'an unknown option of stochastic depth',
      () => new ResidualConv({ filters: 2, name: 'r', dropPath: { ...dropPath, ...{ last: 1 } } }),
      'ResidualConv "r": dropPath has no option "last". It takes survival, per, seed.',
    ],
    [
      'an unknown thing that is not shared',
      () => new ResidualConv({ filters: 2, name: 'r', unshared: { gamma: true } as object }),
      'ResidualConv "r": unshared has no option "gamma". It takes statistics, parameters.',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

it('what is no block is refused as one, by class and name, and told where it may stand', () => {
  expect(() => checkBlock(tf.layers.dense({ units: 2, name: 'd' }))).toThrow(
    'A stage is made of blocks, which Dense "d" is not: it has no parts. Other layers go into the stem or the head; a block of your own extends Block.',
  );
  expect(() => checkBlock(undefined)).toThrow('which undefined is not');
  expect(() => checkBlock(new PlainDense({ units: 2 }))).not.toThrow();
});

it('a batch norm refuses other channels than it was built for, also in evaluation', () => {
  const layer = new BatchNorm();
  layer.apply(tf.input({ shape: [3] }));
  for (const training of [true, false]) {
    expect(() => layer.apply(tf.zeros([2, 1]), { training })).toThrow(
      'batchNorm got x float32 [2, 1], gamma float32 [3]',
    );
  }
});

it('a pooling refuses what is no batch of images, also when it is built', () => {
  const layer = new Pooling({ kind: 'max', size: 2, name: 'p' });
  expect(() => layer.apply(tf.zeros([4, 4, 1]))).toThrow(
    'Pooling "p" got an input of shape [4, 4, 1], but it takes [batch, height, width, channels].',
  );
});
