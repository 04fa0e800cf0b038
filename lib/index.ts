export { Stream } from './engine/random';
