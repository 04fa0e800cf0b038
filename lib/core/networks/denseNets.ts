import * as tf from '@tensorflow/tfjs';
import type { Stream } from '../engine';
import {
  HighwayDense,
  PlainDense,
  ResidualDense,
  type ActivationIdentifier,
  type Block,
  type DenseBlockArgs,
  type Gates,
  type HighwayDenseArgs,
  type PlainDenseArgs,
  type ResidualDenseArgs,
} from '../layers';
import { Network } from './network';
import { seedOf } from './seeds';

/** What the dense nets have in common. */
export interface DenseNetOptions {
  /** Shape of one input, without the batch: 784 or [28, 28, 1]. */
  inputs: number | readonly number[];
  /** Units in each layer. The paper compares highway layers of 50 with plain layers of 71. */
  width: number;
  /** Layers before the head: the first, which is plain, and depth - 1 in blocks. */
  depth: number;
  /** Classes, the width of the head. */
  classes: number;
  /** Activation of each layer. Default `relu`. */
  activation?: ActivationIdentifier;
  /** What draws the kernels. Default: `heUniform` with relu, else `glorotUniform`. */
  kernelInitializer?: 'glorotUniform' | 'heUniform' | 'leCunUniform';
  /** Seeds the kernels. A layer's kernels depend on the stream and on its name, not on other layers. */
  stream: Stream;
}

/** What a plain net takes. */
export interface PlainNetOptions extends DenseNetOptions {
  /** Makes a block. Default a PlainDense. */
  block?: (args: PlainDenseArgs) => Block;
}

/** What a highway net takes. */
export interface HighwayNetOptions extends DenseNetOptions {
  /** Where the transform biases start; negative. */
  transformBias: number;
  /** Which gates the layers have. Default `coupled`. */
  gates?: Gates;
  /** Makes a block. Default a HighwayDense. */
  block?: (args: HighwayDenseArgs) => Block;
}

/** What a residual net takes. */
export interface ResidualNetOptions extends DenseNetOptions {
  /** How many layers each shortcut spans; divides depth - 1. Default 1. */
  layers?: number;
  /** Activation of each branch's last layer. Default `activation`. Over one layer `linear` makes the stage linear. */
  lastActivation?: ActivationIdentifier;
  /** Scales each branch. Default 1. */
  branchScale?: number;
  /** Makes a block. Default a ResidualDense. */
  block?: (args: ResidualDenseArgs) => Block;
}

/**
 * The plain net of Srivastava, Greff and Schmidhuber 2015, section 3: `depth` plain layers and a
 * softmax. Blocks: `plain_01`, `plain_02` and so on.
 *
 * @throws RangeError when `depth` is not a positive integer.
 */
export function plainNet(options: PlainNetOptions): Network {
  const { block = (args) => new PlainDense(args) } = options;
  return stack(options, 'plain', 1, block);
}

/**
 * The highway net of Srivastava, Greff and Schmidhuber 2015, section 3: a plain layer to `width`,
 * `depth - 1` highway layers, and a softmax. Blocks: `highway_01`, `highway_02` and so on.
 *
 * @throws RangeError when `depth` is not a positive integer.
 */
export function highwayNet(options: HighwayNetOptions): Network {
  const { transformBias, gates, block = (args) => new HighwayDense(args) } = options;
  return stack(options, 'highway', 1, (args) => block({ ...args, transformBias, gates }));
}

/**
 * The highway net's residual twin: a plain layer to `width`, residual blocks of `layers` layers each,
 * and a softmax. Blocks: `residual_01`, `residual_02` and so on.
 *
 * @throws RangeError when `depth` is not a positive integer, or `depth - 1` no multiple of `layers`.
 */
export function residualNet(options: ResidualNetOptions): Network {
  const {
    layers = 1,
    lastActivation,
    branchScale,
    block = (args) => new ResidualDense(args),
  } = options;
  return stack(options, 'residual', layers, (args) =>
    block({ ...args, layers, lastActivation, branchScale }),
  );
}

function stack(
  options: DenseNetOptions,
  family: string,
  layersPerBlock: number,
  make: (args: DenseBlockArgs) => Block,
): Network {
  const { inputs, width, depth, classes, activation = 'relu', stream } = options;
  const { kernelInitializer = activation === 'relu' ? 'heUniform' : 'glorotUniform' } = options;
  const count = (depth - 1) / layersPerBlock;
  if (!Number.isInteger(depth) || !Number.isInteger(count) || count < 0) {
    throw new RangeError(
      `A ${family} net of depth ${depth} has a first layer and ${depth - 1} more, ` +
        `which do not make whole blocks of ${layersPerBlock}.`,
    );
  }
  const digits = Math.max(2, String(count).length);
  const args = (name: string) => ({
    name,
    units: width,
    activation,
    kernelInitializer: tf.initializers[kernelInitializer]({ seed: seedOf(stream, name) }),
  });
  const inputShape = typeof inputs === 'number' ? [inputs] : [...inputs];
  const flatten = inputShape.length > 1 ? [tf.layers.flatten({ name: 'flatten' })] : [];
  const blocks = Array.from({ length: count }, (_, i) =>
    make(args(`${family}_${String(i + 1).padStart(digits, '0')}`)),
  );
  return new Network({
    inputShape,
    stem: [...flatten, new PlainDense(args('stem'))],
    stages: [blocks],
    head: [
      new PlainDense({
        name: 'logits',
        units: classes,
        activation: 'linear',
        kernelInitializer: tf.initializers.glorotUniform({ seed: seedOf(stream, 'logits') }),
      }),
    ],
  });
}
