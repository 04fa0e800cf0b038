export { bars, type BarSeries, type BarsSpec } from './bars';
export type { Figure } from './figure';
export { heatmaps, type HeatmapPanel } from './heatmaps';
export { lines, type LineSeries, type LinesSpec } from './lines';
export { toSvg } from './static';
export type { Reference, Scale } from './theme';
