export { type ConvNetOptions } from './convParts';
export {
  highwayNet,
  plainNet,
  residualNet,
  type DenseNetOptions,
  type HighwayNetOptions,
  type PlainNetOptions,
  type ResidualNetOptions,
} from './denseNets';
export {
  highwayCifar,
  highwayConvNet,
  highwayMnist,
  type HighwayConvNetOptions,
  type HighwayStage,
  type PoolingSize,
} from './highwayConvNets';
export { Network, type Mode, type NetworkLayers } from './network';
export { type BlockReference } from './places';
export { countParameters, type ParameterCount } from './parameters';
export { withPreprocessing } from './preprocessing';
export type { Stop } from './route';
export type { Goal } from './walk';
export {
  averagePoolingNet,
  highwayTwin,
  plainConvNet,
  resNet,
  singleRepresentationNet,
  type ConstantWidthOptions,
  type HighwayTwinOptions,
  type PlainConvNetOptions,
  type ResNetOptions,
  type Sharing,
} from './residualNets';
