export {
  averagePoolingNet,
  highwayCifar,
  highwayConvNet,
  highwayMnist,
  plainConvNet,
  resNet,
  singleRepresentationNet,
  type ConstantWidthOptions,
  type ConvNetOptions,
  type HighwayConvNetOptions,
  type HighwayStage,
  type PlainConvNetOptions,
  type PoolingSize,
  type ResNetOptions,
  type Sharing,
} from './convNets';
export {
  highwayNet,
  plainNet,
  residualNet,
  type DenseNetOptions,
  type HighwayNetOptions,
  type ResidualNetOptions,
} from './denseNets';
export { Network, type Mode, type NetworkLayers } from './network';
export { countParameters, type ParameterCount } from './parameters';
