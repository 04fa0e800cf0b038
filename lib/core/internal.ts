/** What the package `unrolled` builds on and people have no use for. */
export { labelCheck } from './data/labels';
export { checkBatchSize } from './data/split';
export { runEagerly } from './engine/compile';
export { interruption } from './engine/interruption';
export { compileLoop, type Loop } from './engine/loop';
export {
  kernels,
  registerKernels,
  type GraphBranch,
  type Kernels,
  type LoopRecorder,
} from './engine/kernels';
export { type Paths } from './engine/ops/highway';
export { withGradient } from './engine/ops/withGradient';
export { leaves, replaceLeaves } from './engine/structure';
export { engine, takesGradient } from './engine/tfjs';
