export { activate, relu, sigmoid, type Activation } from './activation';
export { batchNorm, type Normalized } from './batchNorm';
export { type Branch } from './conditional';
export { softmaxCrossEntropy } from './crossEntropy';
export { dense } from './dense';
export { highway, type HighwayWeights } from './highway';
