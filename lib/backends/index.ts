export type { Precision } from './native/load';
export { selectBackend, type Backend, type BackendName, type BackendOptions } from './select';
