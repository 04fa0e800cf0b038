export type { LoadProgress } from './download';
export { DataError } from './errors';
export { loadFirstAvailable } from './first';
export { datasetNames, loadDataset, type Dataset, type LoadOptions } from './load';
