import type { Bounds } from 'unrolled-core';
import type { Figure } from './figure';
import { categories, dashes, faded, symbols } from './theme';

/** A value and the band around it: a `Summary`, say, whose band is its interval. */
export interface Band {
  mean: number;
  low: number;
  high: number;
  /** Of how many values it is the mean; of one there is no band. */
  n?: number;
}

/** A line through values with a band around it. */
export interface LineSeries {
  name: string;
  x: ArrayLike<number>;
  /** One value with its band for each x. */
  y: readonly Band[];
  /** The stage of each point: the line breaks where it changes, since states of two stages can't be compared. */
  stage?: ArrayLike<number>;
  /** Thin and grey, behind the others and without a name in the legend. */
  faint?: boolean;
}

/** How a line is drawn. */
export interface Style {
  /** Which colour, dash and marker, from 0. */
  index: number;
  /** Bands are cut off there. */
  within?: Bounds;
  /** Where bands end that reach zero, on a logarithmic axis. */
  floor?: number;
  /** Plotly's names of the axes, and whether the legend names the line. */
  more?: Record<string, unknown>;
}

/** Up to as many points a line has markers: a reader counts them. */
const few = 12;

/** The mean plus and minus a deviation. */
export function deviationBand(mean: number, deviation: number): Band {
  return { mean, low: mean - deviation, high: mean + deviation };
}

/**
 * The line, and behind it its band.
 * @throws RangeError when there are not as many means, or stages, as x values.
 */
export function lineTraces(
  series: LineSeries,
  { index, within, floor, more }: Style,
): Figure['data'] {
  const { name, x, y, stage, faint } = series;
  if (x.length !== y.length) {
    throw new RangeError(`The line "${name}" has ${x.length} x values and ${y.length} means.`);
  }
  if (stage && stage.length !== x.length) {
    throw new RangeError(`The line "${name}" has ${x.length} x values and ${stage.length} stages.`);
  }
  const at = Array.from(x);
  const pieces = piecesOf(x.length, stage);
  const colour = faint ? '#9A9A9A' : categories[index % categories.length]!;
  const common = { type: 'scatter', legendgroup: name, ...more };
  const line = {
    ...common,
    name,
    x: joined(pieces.map((piece) => piece.map((i) => at[i]!))),
    y: joined(pieces.map((piece) => piece.map((i) => y[i]!.mean))),
    mode: x.length <= few && !faint ? 'lines+markers' : 'lines',
    line: faint ? { color: colour, width: 1 } : { color: colour, width: 2.5, dash: dashes[index] },
    ...(x.length <= few && !faint ? { marker: { size: 8, symbol: symbols[index] } } : {}),
    ...(within ? { cliponaxis: false } : {}),
    ...(faint ? { showlegend: false, hoverinfo: 'skip' } : {}),
  };
  if (faint || y.some(({ n }) => n === 1)) return [line];
  const [least, greatest] = within ?? [-Infinity, Infinity];
  const lowest = Math.max(least, floor ?? -Infinity);
  const inside = (value: number) => Math.max(lowest, Math.min(greatest, value));
  const there = (piece: number[], of: (i: number) => number) => piece.map(of);
  const back = (piece: number[], of: (i: number) => number) => [...piece].reverse().map(of);
  const band = {
    ...common,
    showlegend: false,
    hoverinfo: 'skip',
    x: joined(pieces.map((p) => [...there(p, (i) => at[i]!), ...back(p, (i) => at[i]!)])),
    y: joined(
      pieces.map((p) => [
        ...there(p, (i) => inside(y[i]!.high)),
        ...back(p, (i) => inside(y[i]!.low)),
      ]),
    ),
    mode: 'lines',
    line: { width: 0 },
    fill: 'toself',
    fillcolor: faded(colour, 0.2),
  };
  return [band, line];
}

/** What lines and bands are, in words: how many seeds the means are of. */
export function noteOf(series: readonly LineSeries[], bands?: string): string {
  const counts = series.filter(({ faint }) => !faint).flatMap(({ y }) => y.map(({ n }) => n));
  const known = counts.filter((n) => n !== undefined);
  const most = Math.max(...known);
  if (bands) return `Bands are ${bands}.`;
  if (known.length === 0) return '';
  if (most === 1) return 'One seed, so there are no bands.';
  const seeds = known.every((n) => n === most) ? `${most} seeds` : `up to ${most} seeds`;
  return `Lines are means over ${seeds}, bands their 95 % intervals.`;
}

/** The indices of each piece of a line, broken where the stage changes. */
function piecesOf(n: number, stage?: ArrayLike<number>): number[][] {
  const pieces: number[][] = [];
  for (let i = 0; i < n; i++) {
    if (i === 0 || (stage && stage[i] !== stage[i - 1])) pieces.push([]);
    pieces.at(-1)!.push(i);
  }
  return pieces;
}

/** The pieces one after the other, with nothing between, where Plotly lifts its pen. */
function joined(pieces: number[][]): (number | null)[] {
  return pieces.flatMap((piece, i) => (i === 0 ? piece : [null, ...piece]));
}

/** How high a further row of a legend is. */
export const legendRow = 29;

/** How many rows a legend takes up, as wide as the plot. */
export function legendRows(names: readonly string[], width: number): number {
  let [rows, used] = [1, 0];
  for (const name of names) {
    const needed = 62 + 7.4 * name.length;
    if (used > 0 && used + needed > width) [rows, used] = [rows + 1, 0];
    used += needed;
  }
  return rows;
}
