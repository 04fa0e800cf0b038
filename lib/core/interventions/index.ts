export { drop, lesion } from './lesion';
export { patch, type PatchedPart } from './patch';
export { recalibrated } from './recalibrated';
export { rewire, type Order } from './rewire';
export { scale } from './scale';
export { orderTau, shuffle, type Reach } from './shuffle';
export { evaluate, sweep, type Score, type SweepOptions } from './sweep';
export {
  dropSweep,
  lesionSweep,
  nestedDropSweep,
  shuffleSweep,
  type DrawOptions,
  type DropRow,
  type LesionRow,
  type LesionSweep,
  type ShuffleOptions,
  type ShuffleRow,
} from './sweeps';
export { repeat, truncate, type RepeatOptions } from './unroll';
