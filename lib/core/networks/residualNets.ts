import * as tf from '@tensorflow/tfjs';
import type { Stream } from '../engine';
import {
  BatchNorm,
  PlainConv,
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
import { blockName, logits, type ConvNetOptions } from './convParts';
import { Network } from './network';

type Layer = tf.layers.Layer;

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
  /** Applications of the shared block that ends each stage; the blocks before, one at least, have their own. */
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
 * @throws RangeError when `blocks` is not a positive integer, or `sharing.applications` is not a smaller one.
 */
export function resNet(options: ResNetOptions): Network {
  const { blocks, widths = [16, 32, 64], dropPath, sharing } = options;
  if (!Number.isInteger(blocks) || blocks < 1) {
    throw new RangeError(`blocks, those of each stage, is a positive integer, not ${blocks}.`);
  }
  if (sharing) checkSharing(sharing, blocks);
  const survival = dropPath && survivalProbabilities(dropPath, widths.length * blocks);
  const unshared = blocks - (sharing?.applications ?? 0);
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
      if (i < unshared || !sharing) return new ResidualConv(args);
      const { gamma, statistics, parameters } = sharing;
      const batchNorm = args.batchNorm !== false && {
        ...args.batchNorm,
        ...(gamma !== undefined && { gamma }),
      };
      const block = new ResidualConv({
        ...args,
        batchNorm,
        sharesWith: shared,
        unshared: { statistics, parameters },
      });
      shared ??= block;
      return block;
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
