export * from './engine';
export * from './statistics';
export * from './figures';
export * from './notebook';
