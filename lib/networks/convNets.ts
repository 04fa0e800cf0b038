import * as tf from '@tensorflow/tfjs';
import type { Stream } from '../engine';
import {
  BatchNorm,
  HighwayConv,
  PlainConv,
  PlainDense,
  Pooling,
  ResidualConv,
  survivalProbabilities,
  type BatchNormOptions,
  type Block,
  type DropPathOptions,
  type ResidualConvArgs,
  type Shortcut,
  type SurvivalSchedule,
  type Unshared,
} from '../layers';
import { Network } from './network';

type Layer = tf.layers.Layer;

/** What the convolutional nets have in common. */
export interface ConvNetOptions {
  /** Shape of one image: height, width, channels. CIFAR: [32, 32, 3]. */
  inputs: readonly [number, number, number];
  /** Classes, the width of the head. */
  classes: number;
  /** Seeds the kernels and the draws. A layer's depend on the stream and on its name, not on other layers. */
  stream: Stream;
}

/** The blocks of a residual net and what they have in common. */
export interface ResNetOptions extends ConvNetOptions {
  /** n, blocks in each stage: 6 n + 2 layers with three stages. */
  blocks: number;
  /** Channels by stage; the first block of each but the first halves height and width. Default 16, 32, 64. */
  widths?: readonly number[];
  /** Whether batch norm and ReLU come before each convolution. Default false. */
  preActivation?: boolean;
  /** What carries the input into a stage. Default `subsample`, option A of the paper. */
  shortcut?: Shortcut;
  /** Whether convolutions add a bias. Default false with batch norm, as in the paper's code. */
  useBias?: boolean;
  /** The constants of the batch norms, or `false` for none. */
  batchNorm?: BatchNormOptions | false;
  /** Stochastic depth: its schedule over all blocks, and whether each sample is drawn for itself. */
  dropPath?: SurvivalSchedule & Pick<DropPathOptions, 'per'>;
  /** How the top blocks of each stage share their convolutions. Default not at all. */
  sharing?: Sharing;
}

/** Shared blocks at the top of each stage (Jastrzebski et al. 2018, section 5). */
export interface Sharing extends Unshared {
  /** Applications of the shared block that ends each stage; the blocks before have their own. */
  applications: number;
  /** Where gamma starts in the shared block's applications. The paper's UBN has 0.1. Default 1. */
  gamma?: number;
}

/** The plain net that a residual net is compared with. */
export type PlainConvNetOptions = Pick<
  ResNetOptions,
  keyof ConvNetOptions | 'blocks' | 'widths' | 'useBias' | 'batchNorm'
>;

/**
 * The residual net of He, Zhang, Ren and Sun 2016, section 4.2, or with pre-activation that of 2016b:
 * a 3 x 3 convolution, three stages of `blocks` blocks, global average pooling, logits. Blocks:
 * `residual_1_01` (stage, block) and so on. Each stage but the first opens with a block that halves
 * height and width.
 *
 * The net of Jastrzebski et al. 2018: `preActivation`, `useBias`, and `shortcut: 'projection'`.
 * Stochastic depth (Huang et al. 2016): `dropPath: { kind: 'linear', last: 0.5 }`.
 *
 * @throws RangeError when a stage has fewer blocks than it is to share.
 */
export function resNet(options: ResNetOptions): Network {
  const { blocks, widths = [16, 32, 64], dropPath, sharing } = options;
  if (sharing && !(sharing.applications >= 1 && sharing.applications <= blocks)) {
    throw new RangeError(
      `A stage has ${blocks} blocks; it can't apply a shared block ${sharing.applications} times.`,
    );
  }
  const survival = dropPath && survivalProbabilities(dropPath, widths.length * blocks);
  const private_ = sharing ? blocks - sharing.applications : blocks;
  const stages = widths.map((filters, stage) => {
    let shared: ResidualConv | undefined;
    return Array.from({ length: blocks }, (_, i) => {
      const name = blockName('residual', stage, i, blocks);
      const args = {
        ...residualArgs(options, name),
        filters,
        strides: stage > 0 && i === 0 ? 2 : 1,
      };
      if (survival) {
        const seed = options.stream.fork(name).fork('drop path').seed();
        args.dropPath = { survival: survival[stage * blocks + i]!, per: dropPath.per, seed };
      }
      if (i < private_ || !sharing) return new ResidualConv(args);
      const { gamma, statistics, parameters } = sharing;
      const batchNorm = args.batchNorm !== false && {
        ...args.batchNorm,
        ...(gamma !== undefined && { gamma }),
      };
      const unshared = { statistics, parameters };
      const block = new ResidualConv({ ...args, batchNorm, sharesWith: shared, unshared });
      shared ??= block;
      return block;
    });
  });
  return assemble(options, widths[0]!, stages, [
    ...finalNorm(options),
    tf.layers.globalAveragePooling2d({ name: 'pooling' }),
  ]);
}

/** The plain twin of {@link resNet}, without shortcuts. Blocks: `plain_1_01` and so on, of two layers each. */
export function plainConvNet(options: PlainConvNetOptions): Network {
  const { blocks, widths = [16, 32, 64], useBias, batchNorm } = options;
  const stages = widths.map((filters, stage) =>
    Array.from({ length: blocks }, (_, i) => {
      const name = blockName('plain', stage, i, blocks);
      const kernelInitializer = heNormal(options.stream, name);
      const strides = stage > 0 && i === 0 ? 2 : 1;
      return new PlainConv({
        name,
        filters,
        layers: 2,
        strides,
        useBias,
        batchNorm,
        kernelInitializer,
      });
    }),
  );
  return assemble(options, widths[0]!, stages, [
    tf.layers.globalAveragePooling2d({ name: 'pooling' }),
  ]);
}

/** What the nets of one width take. */
export interface ConstantWidthOptions extends ConvNetOptions {
  /** Channels. */
  width?: number;
  /** Blocks in each stage. Default 10. */
  blocks?: number;
  /** The constants of the batch norms. */
  batchNorm?: BatchNormOptions;
}

/**
 * The single-representation net of Jastrzebski et al. 2018, section 4: one stage of 10 pre-activation
 * blocks of 100 filters at full size, the mean over 8 x 8 windows, logits.
 */
export function singleRepresentationNet(options: ConstantWidthOptions): Network {
  return constantWidthNet({ width: 100, ...options }, 1);
}

/**
 * The average-pooling net of Jastrzebski et al. 2018, section 4: three stages of 10 pre-activation
 * blocks of 150 filters, with the mean over 2 x 2 windows in between; the mean over 8 x 8 windows,
 * logits.
 */
export function averagePoolingNet(options: ConstantWidthOptions): Network {
  return constantWidthNet({ width: 150, ...options }, 3);
}

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
 * between stages `pooling_2` and, where the channels change, `plain_2`.
 */
export function highwayConvNet(options: HighwayConvNetOptions): Network {
  const {
    stem = { kernelSize: 3, padding: 'same' },
    stages,
    head,
    transformBias,
    stream,
  } = options;
  const initial = (name: string) =>
    tf.initializers.leCunUniform({ seed: stream.fork(name).seed() });
  const layers = stages.map(({ filters, blocks, pooling }, stage): Block[] => {
    const plain = `plain_${stage + 1}`;
    const opening: Block[] = pooling
      ? [new Pooling({ name: `pooling_${stage + 1}`, kind: 'max', ...pooling })]
      : [];
    if (stage > 0 && filters !== stages[stage - 1]!.filters) {
      const kernelInitializer = initial(plain);
      opening.push(new PlainConv({ name: plain, filters, batchNorm: false, kernelInitializer }));
    }
    const highway = Array.from({ length: blocks }, (_, i) => {
      const name = blockName('highway', stage, i, blocks);
      return new HighwayConv({ name, filters, transformBias, kernelInitializer: initial(name) });
    });
    return [...opening, ...highway];
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
            new PlainConv({
              name: 'mixture',
              filters: head.filters,
              kernelSize: 1,
              batchNorm: false,
              kernelInitializer: initial('mixture'),
            }),
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

function constantWidthNet(
  { blocks = 10, width: filters = 0, ...options }: ConstantWidthOptions,
  stages: number,
): Network {
  const residual = { ...options, preActivation: true, useBias: true };
  const layers = Array.from({ length: stages }, (_, stage): Block[] => {
    const name = `pooling_${stage + 1}`;
    const opening = stage > 0 ? [new Pooling({ name, kind: 'average', size: 2 })] : [];
    const residuals = Array.from({ length: blocks }, (_, i) => {
      const name = blockName('residual', stage, i, blocks);
      return new ResidualConv({ ...residualArgs(residual, name), filters });
    });
    return [...opening, ...residuals];
  });
  return assemble(residual, filters, layers, [
    ...finalNorm(residual),
    new Pooling({ name: 'pooling', kind: 'average', size: 8 }),
    tf.layers.flatten({ name: 'flatten' }),
  ]);
}

type Common = Pick<
  ResNetOptions,
  'stream' | 'preActivation' | 'shortcut' | 'useBias' | 'batchNorm'
>;

function residualArgs(options: Common, name: string): Omit<ResidualConvArgs, 'filters'> {
  const { stream, preActivation, shortcut, useBias, batchNorm } = options;
  const kernelInitializer = heNormal(stream, name);
  return { name, preActivation, shortcut, useBias, batchNorm, kernelInitializer };
}

function assemble(
  options: ConvNetOptions & Common,
  filters: number,
  stages: Block[][],
  pooling: Layer[],
): Network {
  const { preActivation = false, useBias, batchNorm } = options;
  const stem = new PlainConv({
    name: 'stem',
    filters,
    useBias: useBias ?? batchNorm === false,
    batchNorm: preActivation ? false : batchNorm,
    activation: preActivation ? 'linear' : 'relu',
    kernelInitializer: heNormal(options.stream, 'stem'),
  });
  const inputShape = [...options.inputs];
  return new Network({ inputShape, stem: [stem], stages, head: [...pooling, logits(options)] });
}

function finalNorm({ preActivation, batchNorm }: Common): Layer[] {
  if (!preActivation) return [];
  const norm = batchNorm === false ? [] : [new BatchNorm({ name: 'norm', ...batchNorm })];
  return [...norm, tf.layers.reLU({ name: 'relu' })];
}

function logits({ classes, stream }: ConvNetOptions): PlainDense {
  return new PlainDense({
    name: 'logits',
    units: classes,
    activation: 'linear',
    kernelInitializer: tf.initializers.glorotUniform({ seed: stream.fork('logits').seed() }),
  });
}

/** Normal with variance 2 / fan-in (He et al. 2015): tfjs cuts its normal off at two deviations. */
function heNormal(stream: Stream, name: string) {
  const cut = 0.7737413035;
  const seed = stream.fork(name).seed();
  return tf.initializers.varianceScaling({
    scale: 2 / cut,
    mode: 'fanIn',
    distribution: 'normal',
    seed,
  });
}

function blockName(family: string, stage: number, i: number, blocks: number): string {
  const digits = Math.max(2, String(blocks).length);
  return `${family}_${stage + 1}_${String(i + 1).padStart(digits, '0')}`;
}
