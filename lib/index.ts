export * from 'unrolled-core';
export * from './backends';
export * from './datasets';
export * from './training';
export * from './figures';
export * from './notebook';
