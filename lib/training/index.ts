export { evaluate, type Evaluation } from './evaluate';
export { DivergedError, fit, type FitOptions, type StepReport, type Trainable } from './fit';
export type { Recipe } from './recipe';
export { rateAt, type Schedule } from './schedule';
