import type * as tf from '@tensorflow/tfjs';
import { adam, momentum, nesterov, sgd, type Optimizer } from '../engine';
import type { Schedule } from './schedule';

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
}

/** The optimizer that a recipe names, for these variables. */
export function makeOptimizer({ optimizer }: Recipe, variables: readonly tf.Variable[]): Optimizer {
  switch (optimizer.name) {
    case 'sgd':
      return sgd(variables, optimizer);
    case 'momentum':
      return momentum(variables, optimizer);
    case 'nesterov':
      return nesterov(variables, optimizer);
    case 'adam':
      return adam(variables, optimizer);
  }
}
