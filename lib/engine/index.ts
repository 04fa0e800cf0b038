export { selectBackend, type Backend, type BackendName } from './backend';
export { Stream } from './random';
