import * as tf from '@tensorflow/tfjs';
import { batchNorm } from '../engine';
import { always, type Branch } from '../engine/ops/conditional';
import { checkShapes } from '../engine/ops/shapes';
import { checkArguments, type LayerArgs } from './block';

const { constant, ones, zeros } = tf.initializers;

/** The constants of a batch norm. */
export interface BatchNormOptions {
  /**
   * Share of the moving statistics that a batch leaves as it was. Default 0.9, as in Torch, which
   * the residual nets were trained with.
   */
  momentum?: number;
  /** Added to the variance. Default 1e-5, as in Torch. */
  epsilon?: number;
  /** Where gamma starts. Default 1. */
  gamma?: number;
}

/** The names of {@link BatchNormOptions}. */
export const batchNormOptions = ['momentum', 'epsilon', 'gamma'] as const;

/** The learned scale and shift of a batch norm, [channels] each. */
export interface Affinity {
  gamma: tf.LayerVariable;
  beta: tf.LayerVariable;
}

/** The moving statistics of a batch norm, [channels] each. */
export interface Statistics {
  mean: tf.LayerVariable;
  variance: tf.LayerVariable;
}

/** All that a batch norm needs but its input. */
export interface Normalizer {
  affinity: Affinity;
  statistics: Statistics;
  momentum: number;
  epsilon: number;
}

/** What a batch norm normalizes by, [channels] each. */
export interface Moments {
  mean: tf.Tensor1D;
  variance: tf.Tensor1D;
}

/** By what to normalize x instead of some statistics; nothing where these are to be used. */
export type Substitute = (statistics: Statistics, x: tf.Tensor) => Moments | undefined;

let substitutes: readonly Substitute[] = [];

/**
 * What `run` gives while batch norms in evaluation normalize by what `substitute` has in place of their
 * moving statistics. Where two are in force, the outer one is asked first.
 */
export function substituting<T>(substitute: Substitute, run: () => T): T {
  const outer = substitutes;
  substitutes = [...outer, substitute];
  try {
    return run();
  } finally {
    substitutes = outer;
  }
}

function momentsFor(statistics: Statistics, x: tf.Tensor): Moments {
  for (const substitute of substitutes) {
    const found = substitute(statistics, x);
    if (found) return found;
  }
  const [mean, variance] = [statistics.mean, statistics.variance].map((own) => own.read());
  return { mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

/** How a layer is run: whether it trains, and the branch of the graph that it runs in. */
export interface Pass {
  training: boolean;
  branch: Branch;
}

/** Makes a weight of a layer. */
export type AddWeight = (
  name: string,
  shape: number[],
  initializer: ReturnType<typeof zeros>,
  trainable?: boolean,
) => tf.LayerVariable;

/** gamma and beta of a batch norm, made by `add`. */
export function addAffinity(
  add: AddWeight,
  channels: number,
  { gamma = 1 }: BatchNormOptions,
  prefix = '',
  beta = 0,
): Affinity {
  return {
    gamma: add(`${prefix}gamma`, [channels], constant({ value: gamma })),
    beta: add(`${prefix}beta`, [channels], constant({ value: beta })),
  };
}

/** The moving statistics of a batch norm, made by `add`. */
export function addStatistics(add: AddWeight, channels: number, prefix = ''): Statistics {
  return {
    mean: add(`${prefix}moving_mean`, [channels], zeros(), false),
    variance: add(`${prefix}moving_variance`, [channels], ones(), false),
  };
}

/** All of a batch norm, made by `add`; beta starts at `beta`. */
export function makeNormalizer(
  add: AddWeight,
  channels: number,
  options: Required<BatchNormOptions>,
  prefix = '',
  beta = 0,
): Normalizer {
  return {
    affinity: addAffinity(add, channels, options, prefix, beta),
    statistics: addStatistics(add, channels, prefix),
    ...options,
  };
}

/**
 * Batch normalization (Ioffe and Szegedy 2015, algorithms 1 and 2), over all axes but the last:
 *
 *     y = gamma (x - mean) / sqrt(variance + epsilon) + beta
 *
 * In training with the batch's statistics, which the moving ones then follow, in evaluation with the
 * moving ones. In a branch that does not run, they stay as they are.
 */
export function normalize<T extends tf.Tensor>(
  x: T,
  { affinity, statistics, momentum, epsilon }: Normalizer,
  { training, branch }: Pass,
): T {
  const gamma = branch.enter(affinity.gamma.read() as tf.Tensor1D);
  const beta = branch.enter(affinity.beta.read() as tf.Tensor1D);
  if (!training) {
    checkShapes('batchNorm', { x: [x, '...', 'channels'], gamma: [gamma, 'channels'] });
    const { mean, variance } = momentsFor(statistics, x);
    return evaluate(x, mean, variance, gamma, beta, epsilon);
  }
  const now = batchNorm(x, gamma, beta, epsilon);
  follow(statistics, now, momentum, branch);
  return now.y;
}

/**
 * x less its mean, over all axes but the last: in training the batch's, which the moving statistics then
 * follow, in evaluation the moving one.
 */
export function centre<T extends tf.Tensor>(
  x: T,
  { statistics, momentum }: Pick<Normalizer, 'statistics' | 'momentum'>,
  { training, branch }: Pass,
): T {
  if (!training) return tf.sub<T>(x, momentsFor(statistics, x).mean);
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const now = tf.moments(x, axes) as Moments;
  follow(statistics, now, momentum, branch);
  return tf.sub<T>(x, now.mean);
}

/** Moves the statistics towards those of a batch. */
function follow(statistics: Statistics, batch: Moments, momentum: number, branch: Branch): void {
  for (const name of ['mean', 'variance'] as const) {
    const before = statistics[name].read() as tf.Tensor1D;
    const after = tf.add<tf.Tensor1D>(tf.mul(before, momentum), tf.mul(batch[name], 1 - momentum));
    statistics[name].write(branch.leave(after, before));
  }
}

function evaluate<T extends tf.Tensor>(
  x: T,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): T {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add<T>(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale)));
}

/** What a {@link BatchNorm} takes. */
export interface BatchNormArgs extends LayerArgs, BatchNormOptions {}

/**
 * Batch normalization of [..., channels] as a layer; see {@link BatchNormOptions}. Unlike
 * `tf.layers.batchNormalization` it runs as one native op, and its defaults are those of the
 * residual nets. Weights, in order: `gamma`, `beta`, `moving_mean`, `moving_variance`.
 */
export class BatchNorm extends tf.layers.Layer {
  /** @nocollapse */
  static className = 'BatchNorm';

  private readonly options: Required<BatchNormOptions>;
  private normalizer!: Normalizer;

  constructor(args: BatchNormArgs = {}) {
    super(args);
    checkArguments(this, args, batchNormOptions);
    this.options = withDefaults(args);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as tf.Shape).at(-1)!;
    const add: AddWeight = (name, shape, initializer, trainable) =>
      this.addWeight(name, shape, 'float32', initializer, undefined, trainable);
    this.normalizer = makeNormalizer(add, channels, this.options);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    this.invokeCallHook(inputs, kwargs);
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const pass = { training: kwargs.training === true, branch: always };
    return tf.tidy(() => normalize(x, this.normalizer, pass));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options };
  }
}

/** `options` with what they leave out. */
export function withDefaults({
  momentum = 0.9,
  epsilon = 1e-5,
  gamma = 1,
}: BatchNormOptions): Required<BatchNormOptions> {
  return { momentum, epsilon, gamma };
}

tf.serialization.registerClass(BatchNorm);
