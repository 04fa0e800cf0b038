export { blockDrawing } from './blocks';
export { cutDrawing } from './cuts';
export { stageDrawing } from './estimates';
export { sampleDrawing, type Pictures } from './samples';
export { sharingDrawing } from './sharing';
export { survivalDrawing } from './survival';
