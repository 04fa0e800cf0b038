export { selectBackend, type Backend, type BackendName } from './backend';
export { compile, type Compiled, type CompileOptions } from './compile';
export { Stream } from './random';
