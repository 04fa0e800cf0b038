import * as tf from '@tensorflow/tfjs';
import {
  BatchNorm,
  HighwayConv,
  PlainConv,
  Pooling,
  ResidualConv,
  survivalProbabilities,
  type BatchNormOptions,
  type Block,
  type DropPathOptions,
  type PlainConvArgs,
  type ResidualConvArgs,
  type Shortcut,
  type SurvivalSchedule,
  type Unshared,
} from '../layers';
import { blockCounts, blockName, logits, type ConvNetOptions } from './convParts';
import { Network } from './network';
import { seedOf } from './seeds';

type Layer = tf.layers.Layer;

/** The blocks of a residual net and what they have in common. */
export interface ResNetOptions extends ConvNetOptions {
  /** n, blocks in each stage, 6 n + 2 layers with three stages; or their numbers, stage by stage. */
  blocks: number | readonly number[];
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
  /** Factor on the variance 2 / fan-in of the kernels (He et al. 2015), those to the logits aside. Default 1. */
  kernelScale?: number;
  /** Makes a block. Default a ResidualConv. */
  block?: (args: ResidualConvArgs) => Block;
}

/** Shared blocks at the top of each stage (Jastrzebski et al. 2018, section 5). */
export interface Sharing extends Unshared {
  /** Applications of the shared block that ends each stage; the blocks before, one at least, have their own. */
  applications: number;
  /** Where gamma starts in the shared block's applications. The paper's UBN has 0.1. Default 1. */
  gamma?: number;
}

/** The plain net that a residual net is compared with. */
export interface PlainConvNetOptions
  extends
    ConvNetOptions,
    Pick<ResNetOptions, 'blocks' | 'widths' | 'useBias' | 'batchNorm' | 'kernelScale'> {
  /** Makes a block. Default a PlainConv. */
  block?: (args: PlainConvArgs) => Block;
}

/**
 * The residual net of He, Zhang, Ren and Sun 2016, section 4.2, or with pre-activation that of 2016b:
 * a 3 x 3 convolution, three stages of `blocks` blocks, global average pooling, logits. Blocks:
 * `residual_1_01` (stage, block) and so on. Each stage but the first opens with a block that halves
 * height and width.
 *
 * The net of Jastrzebski et al. 2018: `preActivation`, `useBias`, and `shortcut: 'projection'`.
 * Stochastic depth (Huang et al. 2016): `dropPath: { kind: 'linear', last: 0.5 }`.
 *
 * @throws RangeError when `blocks` are not positive integers, one a stage, or `sharing.applications` is
 *   not a smaller one.
 */
export function resNet(options: ResNetOptions): Network {
  const { widths = [16, 32, 64], dropPath, sharing, stream } = options;
  const { block = (args) => new ResidualConv(args) } = options;
  const counts = blockCounts(options.blocks, widths.length);
  if (sharing) counts.forEach((count) => checkSharing(sharing, count));
  const total = counts.reduce((sum, count) => sum + count);
  const survival = dropPath && survivalProbabilities(dropPath, total).values();
  const stages = widths.map((filters, stage) => {
    const count = counts[stage]!;
    let shared: Block | undefined;
    return Array.from({ length: count }, (_, i) => {
      const name = blockName('residual', stage, i, count);
      const args = { ...residualArgs(options, name), filters, strides: stridesOf(stage, i) };
      if (survival) {
        const seed = seedOf(stream, name, 'drop path');
        args.dropPath = { survival: survival.next().value!, per: dropPath.per, seed };
      }
      if (!sharing || i < count - sharing.applications) return block(args);
      const { gamma, statistics, parameters } = sharing;
      const batchNorm = args.batchNorm !== false && {
        ...args.batchNorm,
        ...(gamma !== undefined && { gamma }),
      };
      const made = block({
        ...args,
        batchNorm,
        sharesWith: shared,
        unshared: { statistics, parameters },
      });
      shared ??= made;
      return made;
    });
  });
  return assemble(options, widths[0]!, stages, [
    ...finalNorm(options),
    tf.layers.globalAveragePooling2d({ name: 'pooling' }),
  ]);
}

function checkSharing({ applications }: Sharing, blocks: number): void {
  if (Number.isInteger(applications) && applications >= 1 && applications < blocks) return;
  throw new RangeError(
    `sharing.applications is an integer from 1 to ${blocks - 1}, not ${applications}: a stage has ` +
      `${blocks} blocks, and the one that opens it is its own.`,
  );
}

/** The first block of each stage but the first halves height and width. */
function stridesOf(stage: number, i: number): number {
  return stage > 0 && i === 0 ? 2 : 1;
}

/** The plain twin of {@link resNet}, without shortcuts. Blocks: `plain_1_01` and so on, of two layers each. */
export function plainConvNet(options: PlainConvNetOptions): Network {
  const { useBias, batchNorm, block = (args) => new PlainConv(args) } = options;
  return twin(options, 'plain', ({ name, filters, strides, kernelInitializer }) =>
    block({ name, filters, layers: 2, strides, useBias, batchNorm, kernelInitializer }),
  );
}

/** The coupled highway net that a residual net is compared with. */
export interface HighwayTwinOptions
  extends ConvNetOptions, Pick<ResNetOptions, 'blocks' | 'widths' | 'kernelScale'> {
  /** The constants of the batch norms. */
  batchNorm?: BatchNormOptions;
  /** Where b_T starts; negative. */
  transformBias: number;
}

/**
 * The highway twin of {@link resNet}, of as many weights: a {@link HighwayConv} with batch norm for
 * each residual block, two {@link PlainConv} layers for one that opens a stage and changes the
 * channels. The comparison of Greff, Srivastava and Schmidhuber 2017, section 5.1, with the net of He,
 * Zhang, Ren and Sun 2016, section 4.2. Blocks: `highway_1_01` and so on, `plain_2_01` and so on.
 */
export function highwayTwin(options: HighwayTwinOptions): Network {
  const { transformBias, batchNorm = {} } = options;
  return twin(options, 'highway', ({ changes, name, filters, strides, kernelInitializer }) =>
    changes
      ? new PlainConv({
          ...{ name: name.replace('highway', 'plain'), filters, layers: 2, strides },
          ...{ batchNorm, kernelInitializer },
        })
      : new HighwayConv({ name, filters, transformBias, batchNorm, kernelInitializer }),
  );
}

/** What a block of a twin takes; `changes`, whether it changes the shape. */
type TwinArgs = Required<
  Pick<PlainConvArgs, 'filters' | 'strides' | 'kernelInitializer'> & { name: string }
> & { changes: boolean };

function twin(
  options: ConvNetOptions & Common & Pick<ResNetOptions, 'blocks' | 'widths'>,
  family: string,
  make: (args: TwinArgs) => Block,
): Network {
  const { widths = [16, 32, 64] } = options;
  const counts = blockCounts(options.blocks, widths.length);
  const stages = widths.map((filters, stage) =>
    Array.from({ length: counts[stage]! }, (_, i) => {
      const name = blockName(family, stage, i, counts[stage]!);
      const kernelInitializer = heNormal(options, name);
      const strides = stridesOf(stage, i);
      const changes = strides !== 1 || (i === 0 && stage > 0 && filters !== widths[stage - 1]);
      return make({ name, filters, strides, changes, kernelInitializer });
    }),
  );
  return assemble(options, widths[0]!, stages, [
    tf.layers.globalAveragePooling2d({ name: 'pooling' }),
  ]);
}

/** What the nets of one width take. */
export interface ConstantWidthOptions
  extends ConvNetOptions, Partial<Pick<ResNetOptions, 'blocks' | 'kernelScale' | 'block'>> {
  /** Channels. */
  width?: number;
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

function constantWidthNet(
  { blocks = 10, width: filters = 0, ...options }: ConstantWidthOptions,
  stages: number,
): Network {
  const { block = (args) => new ResidualConv(args) } = options;
  const residual = { ...options, preActivation: true, useBias: true };
  const counts = blockCounts(blocks, stages);
  const layers = Array.from({ length: stages }, (_, stage): Block[] => {
    const name = `pooling_${stage + 1}`;
    const opening = stage > 0 ? [new Pooling({ name, kind: 'average', size: 2 })] : [];
    const residuals = Array.from({ length: counts[stage]! }, (_, i) => {
      const name = blockName('residual', stage, i, counts[stage]!);
      return block({ ...residualArgs(residual, name), filters });
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
  'stream' | 'preActivation' | 'shortcut' | 'useBias' | 'batchNorm' | 'kernelScale'
>;

function residualArgs(options: Common, name: string): Omit<ResidualConvArgs, 'filters'> {
  const { preActivation, shortcut, useBias, batchNorm } = options;
  const kernelInitializer = heNormal(options, name);
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
    kernelInitializer: heNormal(options, 'stem'),
  });
  const inputShape = [...options.inputs];
  return new Network({ inputShape, stem: [stem], stages, head: [...pooling, logits(options)] });
}

function finalNorm({ preActivation, batchNorm }: Common): Layer[] {
  if (!preActivation) return [];
  const norm = batchNorm === false ? [] : [new BatchNorm({ name: 'norm', ...batchNorm })];
  return [...norm, tf.layers.reLU({ name: 'relu' })];
}

/**
 * Normal with variance `kernelScale` 2 / fan-in (He et al. 2015): tfjs cuts its normal off at two
 * deviations.
 */
function heNormal({ stream, kernelScale = 1 }: Common, name: string) {
  const cut = 0.7737413035;
  const seed = seedOf(stream, name);
  if (!Number.isFinite(kernelScale) || kernelScale <= 0) {
    throw new RangeError(`kernelScale is a positive number, not ${kernelScale}.`);
  }
  return tf.initializers.varianceScaling({
    scale: (2 * kernelScale) / cut,
    mode: 'fanIn',
    distribution: 'normal',
    seed,
  });
}
