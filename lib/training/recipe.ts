import type * as tf from '@tensorflow/tfjs';
import { adam, momentum, nesterov, sgd, type Optimizer } from 'unrolled-core';
import { checkBatchSize } from 'unrolled-core/internal';
import type { Augmentation } from './augment';
import { stretched, type Schedule } from './schedule';

/** Everything about a training run but the net, the data and the seed. */
export interface Recipe {
  optimizer:
    | { name: 'sgd'; weightDecay?: number }
    | { name: 'momentum' | 'nesterov'; momentum: number; weightDecay?: number }
    | { name: 'adam'; weightDecay?: number };
  schedule: Schedule;
  /** Images a step. */
  batchSize: number;
  /** Number of updates. */
  steps: number;
  /** Gradients are clipped to this norm, all together. Default: not at all. */
  clipNorm?: number;
  /** How each image is varied when it is trained on. Default: not at all. */
  augmentation?: Augmentation;
}

/** A recipe that counts in passes over the data, its schedule too. */
export interface EpochRecipe extends Omit<Recipe, 'steps'> {
  /** Number of passes over the data. */
  epochs: number;
}

/**
 * A recipe counted in epochs as one for `size` images. An epoch has as many steps as full batches.
 * @throws RangeError when a batch is larger than the data.
 */
export function inSteps({ epochs, ...recipe }: EpochRecipe, size: number): Recipe {
  const perEpoch = stepsPerEpoch(size, recipe.batchSize);
  const schedule = stretched(recipe.schedule, perEpoch);
  return { ...recipe, schedule, steps: Math.round(epochs * perEpoch) };
}

/**
 * How many full batches `size` images make.
 * @throws RangeError when they make none, or `batchSize` is not a positive integer.
 */
export function stepsPerEpoch(size: number, batchSize: number): number {
  checkBatchSize(batchSize);
  if (batchSize > size) {
    throw new RangeError(`A batch of ${batchSize} needs more than the ${size} images here.`);
  }
  return Math.floor(size / batchSize);
}

const optimizers = { sgd, momentum, nesterov, adam };

/**
 * The optimizer that a recipe names, for these variables.
 * @throws RangeError when there is none of the name.
 */
export function makeOptimizer({ optimizer }: Recipe, variables: readonly tf.Variable[]): Optimizer {
  const { name, ...constants } = optimizer;
  if (Object.hasOwn(optimizers, name)) return optimizers[name](variables, constants);
  const names = Object.keys(optimizers).join(', ');
  throw new RangeError(`optimizer.name is one of ${names}, not "${String(name)}".`);
}
