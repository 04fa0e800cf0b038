export { ArchiveError, packRuns, unpackRuns, type Manifest, type PackedRun } from './archive';
export { augment, type Augmentation } from './augment';
export { CheckpointError } from './checkpointFile';
export type { CheckpointOptions } from './checkpoints';
export { DivergedError, fit, type FitOptions, type StepReport } from './fit';
export { inSteps, type EpochRecipe, type Recipe } from './recipe';
export { rateAt, type Schedule } from './schedule';
export type { Trainable } from './trainable';
export type { Measured, Watch } from './watch';
export { runsFolder } from './keptRuns';
export { atLeast, byProfile, profile, type Profile } from './profile';
export { type Provenance } from './provenance';
export { describeRuns, trainOnce, type Run, type RunOptions } from './trainOnce';
export {
  he2015,
  he2015Deep,
  he2015Short,
  huang2016,
  jastrzebski2018AveragePooling,
  jastrzebski2018Original,
  jastrzebski2018SingleRepresentation,
} from './recipes';
