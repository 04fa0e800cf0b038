export { changesByBlock, type Changes } from './changes';
export {
  gateSparsity,
  meanGates,
  sampleActivity,
  transformBiases,
  type GateSparsity,
  type SampleActivity,
} from './gates';
export { classRouting, type Routing, type RoutingOptions } from './routing';
export { giniIndex, hoyerSparsity } from './sparsity';
export type { ProbeOptions } from './visit';
