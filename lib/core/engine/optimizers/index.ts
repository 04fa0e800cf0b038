export { adam, type AdamOptions } from './adam';
export { momentum, nesterov, type MomentumOptions } from './momentum';
export { Optimizer } from './optimizer';
export { sgd } from './sgd';
