export { blockDrawing } from './blocks';
export { cutDrawing } from './cuts';
export { deepeningDrawing } from './deepening';
export { stageDrawing } from './estimates';
export { mirrorDrawing } from './mirror';
export { sampleDrawing, type Pictures } from './samples';
export { sharingDrawing } from './sharing';
export { survivalDrawing } from './survival';
export { pathsDrawing } from './unraveled';
