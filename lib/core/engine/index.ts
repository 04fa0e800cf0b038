export { compile, type Compiled, type CompileOptions } from './compile';
export { GraphRandom } from './graphRandom';
export { interrupt, InterruptedError } from './interruption';
export * from './ops';
export * from './optimizers';
export { Stream } from './random';
