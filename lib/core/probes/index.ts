/** Probes are named by what they look at, then by what they measure of it. */
export { candidateWeights, type WeightOptions, type WeightRow } from './candidateWeights';
export { exitScores, type ExitRow } from './exitScores';
export { featureCorrelations, type FeatureRow } from './featureCorrelations';
export { gateRouting, type Routing, type RoutingOptions } from './gateRouting';
export {
  gateBiases,
  gateMeans,
  gateSparsities,
  sampleActivity,
  type GateSparsity,
  type GateSparsityOptions,
  type SampleActivity,
} from './gates';
export { gradientCorrelation } from './gradientCorrelation';
export {
  linearNetLoss,
  linearNetSpectrum,
  singularValues,
  type LinearNet,
  type LinearNetLoss,
} from './linearNets';
export {
  pathGradients,
  singlePathGradients,
  type PathLengthRow,
  type PathOptions,
  type SinglePathRow,
} from './pathGradients';
export type { BlockRow } from './rows';
export { sampleJourney, type Journey } from './sampleJourney';
export type { ProbeOptions } from './samples';
export { giniIndex, hoyerSparsity } from './sparsity';
export { stageErrors, type StageErrorRow } from './stageErrors';
export { stageErrorVariances, type ErrorVarianceRow } from './stageErrorVariances';
export { stateChanges, type Changes } from './stateChanges';
export {
  stateNorms,
  weightGradients,
  type NormOptions,
  type NormRow,
  type WeightGradientRow,
} from './stateNorms';
export { twinErrors, type TwinOptions, type TwinRow } from './twinErrors';
export {
  updateCosines,
  type CosineOptions,
  type CosineRow,
  type UpdateCosines,
} from './updateCosines';
export { updatePartCosines, type PartCosineRow } from './updatePartCosines';
export { updateRatios, type UpdateRow } from './updateRatios';
