import * as tf from '@tensorflow/tfjs';
import { HighwayConv, PlainConv, Pooling, type Block } from '../layers';
import { blockName, logits, type ConvNetOptions } from './convParts';
import { Network } from './network';
import { seedOf } from './seeds';

/** What a convolutional highway net takes. */
export interface HighwayConvNetOptions extends ConvNetOptions {
  /** The first convolution's kernel; it is not padded when `valid`. Default 3, `same`. */
  stem?: { kernelSize: number; padding: 'same' | 'valid' };
  /** Stages, each with its channels, its highway blocks, and the max-pooling before it. */
  stages: readonly HighwayStage[];
  /** What the last state goes through: `flatten` after a last pooling, or a 1 x 1 convolution and the mean. */
  head: { kind: 'flatten'; pooling: PoolingSize } | { kind: 'mean'; filters: number };
  /** Where the transform biases start; negative. */
  transformBias: number;
  /** Whether to build the plain twin, with H alone in each block. Default false. */
  plain?: boolean;
}

/** Window of a max-pooling and distance of windows, in positions. */
export interface PoolingSize {
  size: number;
  strides: number;
}

/** A stage of a convolutional highway net. */
export interface HighwayStage {
  /** Channels; where they differ from the stage before, a plain convolution opens the stage. */
  filters: number;
  /** Highway blocks. */
  blocks: number;
  /** Before the stage; the first has none. */
  pooling?: PoolingSize;
}

/**
 * A convolutional highway net (Srivastava, Greff and Schmidhuber 2015, section 4; layouts
 * {@link highwayMnist} and {@link highwayCifar}). Blocks: `highway_1_01` (stage, block) and so on,
 * between stages `pooling_2` and, where the channels change, `plain_2`. Those of the plain twin:
 * `plain_1_01` and so on.
 */
export function highwayConvNet(options: HighwayConvNetOptions): Network {
  const {
    stem = { kernelSize: 3, padding: 'same' },
    stages,
    head,
    transformBias,
    plain = false,
    stream,
  } = options;
  const initial = (name: string) => tf.initializers.leCunUniform({ seed: seedOf(stream, name) });
  const plainConv = (name: string, filters: number, kernelSize = 3) => {
    const kernelInitializer = initial(name);
    return new PlainConv({ name, filters, kernelSize, batchNorm: false, kernelInitializer });
  };
  const layers = stages.map(({ filters, blocks, pooling }, stage): Block[] => {
    const opening: Block[] = pooling
      ? [new Pooling({ name: `pooling_${stage + 1}`, kind: 'max', ...pooling })]
      : [];
    if (stage > 0 && filters !== stages[stage - 1]!.filters) {
      opening.push(plainConv(`plain_${stage + 1}`, filters));
    }
    const stack = Array.from({ length: blocks }, (_, i) => {
      const name = blockName(plain ? 'plain' : 'highway', stage, i, blocks);
      if (plain) return plainConv(name, filters);
      return new HighwayConv({ name, filters, transformBias, kernelInitializer: initial(name) });
    });
    return [...opening, ...stack];
  });
  return new Network({
    inputShape: [...options.inputs],
    stem: [
      tf.layers.conv2d({
        name: 'stem',
        filters: stages[0]!.filters,
        ...stem,
        activation: 'relu',
        kernelInitializer: initial('stem'),
      }),
    ],
    stages: layers,
    head: [
      ...(head.kind === 'flatten'
        ? [
            new Pooling({ name: 'pooling', kind: 'max', ...head.pooling }),
            tf.layers.flatten({ name: 'flatten' }),
          ]
        : [
            plainConv('mixture', head.filters, 1),
            tf.layers.globalAveragePooling2d({ name: 'pooling' }),
          ]),
      logits(options),
    ],
  });
}

/**
 * The authors' 10-layer net for MNIST: a 5 x 5 convolution, 2 + 3 + 3 highway layers of `width`
 * filters, and max-pooling after each (their Caffe config; b_T = -1).
 */
export function highwayMnist(options: ConvNetOptions & { width?: number }): Network {
  const { width: filters = 32, ...rest } = options;
  return highwayConvNet({
    ...rest,
    stem: { kernelSize: 5, padding: 'valid' },
    stages: [
      { filters, blocks: 2 },
      { filters, blocks: 3, pooling: { size: 3, strides: 2 } },
      { filters, blocks: 3, pooling: { size: 3, strides: 2 } },
    ],
    head: { kind: 'flatten', pooling: { size: 2, strides: 2 } },
    transformBias: -1,
  });
}

/**
 * The authors' 19-layer net for CIFAR: stages of 32, 80 and 128 filters with 4, 5 and 5 highway
 * layers, a 1 x 1 convolution of 100 filters, the mean, logits (their Caffe config; b_T = -2).
 */
export function highwayCifar(options: ConvNetOptions): Network {
  const pooling = { size: 2, strides: 2 };
  return highwayConvNet({
    ...options,
    stages: [
      { filters: 32, blocks: 4 },
      { filters: 80, blocks: 5, pooling },
      { filters: 128, blocks: 5, pooling },
    ],
    head: { kind: 'mean', filters: 100 },
    transformBias: -2,
  });
}
