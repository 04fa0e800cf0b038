export * from './engine';
export * from './datasets';
export * from './statistics';
export * from './figures';
export * from './notebook';
