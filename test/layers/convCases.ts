import * as tf from '@tensorflow/tfjs';
import { Stream } from '../../lib/core/engine';
import { HighwayConv, PlainConv, ResidualConv, type ConvBlock } from '../../lib/core/layers';
import * as reference from './convReference';
import type { ConvWeights, Image, ResidualKind } from './convReference';

/** A block with random weights, the same in its reference, and an input. */
export interface ConvCase {
  layer: ConvBlock;
  x: Image;
  weights: ConvWeights;
  reference: (x: Image, training: boolean) => Image;
}

const residualKinds = {
  'post-activation': { filters: 2 },
  'pre-activation': { filters: 2, preActivation: true },
  'post-activation, subsampled': { filters: 3, strides: 2 },
  'pre-activation, averaged': { filters: 3, strides: 2, preActivation: true, shortcut: 'average' },
  'post-activation, projected': { filters: 3, strides: 2, shortcut: 'projection' },
  'pre-activation, projected': {
    filters: 3,
    strides: 2,
    preActivation: true,
    shortcut: 'projection',
  },
} satisfies Record<string, ResidualKind>;

export const convFamilies = [
  ...(Object.keys(residualKinds) as (keyof typeof residualKinds)[]),
  'post-activation without batch norm',
  'highway',
  'highway with batch norm',
  'plain',
  'plain of 2 layers with bias',
] as const;

export function makeConvCase(family: (typeof convFamilies)[number], seed: number): ConvCase {
  const stream = Stream.of(seed);
  const x = randomImage(stream, [2, 4, 4, 2]);
  const make = (
    layer: ConvBlock,
    equation: (x: Image, w: ConvWeights, training: boolean) => Image,
  ): ConvCase => {
    const weights = randomWeights(layer, stream);
    return { layer, x, weights, reference: (x, training) => equation(x, weights, training) };
  };
  switch (family) {
    case 'highway':
      return make(new HighwayConv({ filters: 2, activation: 'tanh' }), (x, w) =>
        reference.highway(x, w, 2, 'tanh'),
      );
    case 'highway with batch norm':
      return make(
        new HighwayConv({ filters: 2, activation: 'tanh', batchNorm: {} }),
        (x, w, training) => reference.normalizedHighway(x, w, 2, 'tanh', training),
      );
    case 'plain':
      return make(new PlainConv({ filters: 3, activation: 'tanh' }), (x, w, training) =>
        reference.plain(x, w, { filters: 3, layers: 1, strides: 1 }, 'tanh', training),
      );
    case 'plain of 2 layers with bias': {
      const kind = { filters: 3, layers: 2, strides: 2 };
      return make(new PlainConv({ ...kind, useBias: true }), (x, w, training) =>
        reference.plain(x, w, kind, 'relu', training),
      );
    }
    case 'post-activation without batch norm':
      return make(new ResidualConv({ filters: 2, batchNorm: false }), (x, w, training) =>
        reference.residual(x, w, { filters: 2 }, training),
      );
    default: {
      const kind = residualKinds[family];
      const useBias = 'preActivation' in kind;
      return make(new ResidualConv({ ...kind, useBias }), (x, w, training) =>
        reference.residual(x, w, kind, training),
      );
    }
  }
}

export function randomImage(stream: Stream, shape: Image['shape']): Image {
  const length = tf.util.sizeFromShape(shape);
  return { shape, values: Array.from({ length }, () => Math.fround(stream.normal())) };
}

/** Builds `layer` for two channels, gives it random weights, and returns them. */
export function randomWeights(layer: ConvBlock, stream: Stream, channels = 2): ConvWeights {
  layer.apply(tf.input({ shape: [4, 4, channels] }));
  const values = layer.weights.map(({ originalName, shape, dtype }) => {
    const name = originalName.split('/').at(-1)!;
    if (dtype === 'int32') return [name, [0]] as const;
    const draw = /variance|gamma/.test(name)
      ? () => stream.uniform(0.5, 2)
      : () => stream.normal(0, name.includes('kernel') ? 0.4 : 0.3);
    const length = tf.util.sizeFromShape(shape as number[]);
    return [name, Array.from({ length }, () => Math.fround(draw()))] as const;
  });
  tf.tidy(() =>
    layer.setWeights(
      values.map(([, list], i) => {
        const { shape, dtype } = layer.weights[i]!;
        return tf.tensor(list, shape as number[], dtype);
      }),
    ),
  );
  return Object.fromEntries(values) as ConvWeights;
}

export function toTensor({ shape, values }: Image): tf.Tensor4D {
  return tf.tensor4d(values, shape);
}
