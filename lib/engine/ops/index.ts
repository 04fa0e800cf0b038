export { activate, relu, sigmoid, type Activation } from './activation';
export { batchNorm, type Normalized } from './batch-norm';
export { addWhen, always, type Branch } from './conditional';
export { softmaxCrossEntropy } from './cross-entropy';
export { dense } from './dense';
export { canRunPaths, highway, highwayPaths, type HighwayWeights, type Paths } from './highway';
