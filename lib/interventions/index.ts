export { drop, lesion } from './lesion';
export { patch, type PatchedPart } from './patch';
export { type BlockReference } from './places';
export { rewire, type Order } from './rewire';
export { scale } from './scale';
export { orderTau, shuffle, type Reach } from './shuffle';
export { repeat, truncate } from './unroll';
