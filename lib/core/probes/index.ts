export { changesByBlock, type Changes } from './changes';
export { exitScores, type ExitRow } from './exits';
export { featureIdentity, type IdentityRow } from './featureIdentity';
export {
  gateSparsity,
  meanGates,
  sampleActivity,
  transformBiases,
  type GateSparsity,
  type GateSparsityOptions,
  type SampleActivity,
} from './gates';
export { gatedCosines, type GatedCosineRow } from './gatedCosines';
export { optimalWeights, type WeightOptions, type WeightRow } from './optimalWeights';
export { classRouting, type Routing, type RoutingOptions } from './routing';
export { giniIndex, hoyerSparsity } from './sparsity';
export { stageErrors, type StageErrorRow } from './stageErrors';
export {
  stateNorms,
  weightGradients,
  type NormOptions,
  type NormRow,
  type WeightGradientRow,
} from './stateNorms';
export type { BlockRow } from './states';
export { updateCosines, updateRatios, type CosineRow, type UpdateRow } from './updates';
export type { ProbeOptions } from './visit';
