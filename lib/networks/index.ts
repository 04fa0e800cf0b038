export {
  highwayNet,
  plainNet,
  residualNet,
  type DenseNetOptions,
  type HighwayNetOptions,
  type ResidualNetOptions,
} from './denseNets';
export { Network, type Mode, type NetworkLayers } from './network';
