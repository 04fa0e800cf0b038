export { selectBackend, type Backend, type BackendName } from './backend';
export { compile, type Compiled, type CompileOptions } from './compile';
export { GraphRandom } from './graph-random';
export * from './ops';
export * from './optimizers';
export { Stream } from './random';
