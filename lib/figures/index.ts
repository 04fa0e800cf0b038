export { bars, type BarSeries, type BarsSpec } from './bars';
export {
  blockDrawing,
  cutDrawing,
  deepeningDrawing,
  mirrorDrawing,
  pathsDrawing,
  sampleDrawing,
  sharingDrawing,
  spanDrawing,
  stageDrawing,
  survivalDrawing,
  type Pictures,
} from './drawings';
export type { Drawing, Figure } from './figure';
export { heatmaps, type HeatmapPanel } from './heatmaps';
export {
  classJourney,
  stateJourney,
  type ClassJourneySpec,
  type ClassPanel,
  type StateJourneySpec,
} from './journeys';
export { lines, type LinesSpec } from './lines';
export { multiples, type LinePanel, type MultiplesSpec } from './multiples';
export { deviationBand, type Band, type LineSeries } from './series';
export { toSvg } from './static';
export type { Reference, Scale } from './theme';
