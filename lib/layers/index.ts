export { type ActivationIdentifier } from './affine';
export { Block, type Parts } from './block';
export { DenseBlock, type DenseBlockArgs, type LayerArgs } from './denseBlock';
export { HighwayDense, type Gates, type HighwayDenseArgs } from './highwayDense';
export { type Initializer, type InitializerIdentifier } from './initializers';
export { PlainDense, type PlainDenseArgs } from './plainDense';
export { ResidualDense, type ResidualDenseArgs } from './residualDense';
