export { Split, type Batch } from './split';
