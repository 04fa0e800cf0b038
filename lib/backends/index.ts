export { selectBackend, type Backend, type BackendName, type BackendOptions } from './select';
