export { augment, type Augmentation } from './augment';
export { CheckpointError } from './checkpointFile';
export type { CheckpointOptions } from './checkpoints';
export { evaluate, type Evaluation } from './evaluate';
export { DivergedError, fit, type FitOptions, type StepReport } from './fit';
export { inSteps, type EpochRecipe, type Recipe } from './recipe';
export { rateAt, type Schedule } from './schedule';
export type { Trainable } from './trainable';
