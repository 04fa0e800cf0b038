export { selectBackend, type Backend, type BackendName } from './select';
