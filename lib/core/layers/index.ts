export { type ActivationIdentifier } from './affine';
export { BatchNorm, type BatchNormArgs, type BatchNormOptions } from './batchNorm';
export { Block, type LayerArgs, type Parts } from './block';
export { ConvBlock, type ConvBlockArgs } from './convBlock';
export { CReluDense, type CReluDenseArgs } from './creluDense';
export { DenseBlock, type DenseBlockArgs } from './denseBlock';
export {
  expectedDepth,
  survivalProbabilities,
  type DropPathOptions,
  type SurvivalSchedule,
} from './dropPath';
export { HighwayConv, type HighwayConvArgs } from './highwayConv';
export { HighwayDense, type Gates, type HighwayDenseArgs } from './highwayDense';
export { type Initializer, type InitializerIdentifier } from './initializers';
export { NormalizedBlock, type NormalizedArgs } from './normalizedBlock';
export { looksLinear, orthogonal, type OrthogonalArgs } from './orthogonal';
export { PlainConv, type PlainConvArgs } from './plainConv';
export { PlainDense, type PlainDenseArgs } from './plainDense';
export { Pooling, type PoolingArgs } from './pooling';
export {
  type DenseNorm,
  PreActivationDense,
  type PreActivationDenseArgs,
} from './preActivationDense';
export { ResidualConv, type ResidualConvArgs, type Unshared } from './residualConv';
export { ResidualDense, type ResidualDenseArgs } from './residualDense';
export { type Shortcut } from './shortcut';
