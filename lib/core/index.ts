export * from './engine';
export * from './data';
export * from './layers';
export * from './networks';
export * from './interventions';
export * from './probes';
export * from './statistics';
