export { claimType, type ClaimRecord } from './claims';
export type { Failure, FailureKind } from './failures';
export { findJupyter } from './jupyter';
export { readNotebook, writeNotebook, type Cell, type Notebook, type Output } from './notebook';
export {
  runNotebook,
  type CellResult,
  type Progress,
  type RunOptions,
  type RunResult,
} from './run';
