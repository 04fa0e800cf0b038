import type { Summary } from 'unrolled-core';
import type { Figure } from './figure';
import { axis, categories, dashes, faded, referenceLine, themed, type Reference } from './theme';

/** One line of {@link lines}. */
export interface LineSeries {
  name: string;
  x: ArrayLike<number>;
  /** One summary over seeds for each x. */
  y: readonly Summary[];
}

/** What {@link lines} draws. */
export interface LinesSpec {
  title: string;
  /** Name of the horizontal axis, with its unit. */
  x: string;
  /** Name of the vertical axis, with its unit. */
  y: string;
  /** At most seven: more can't be told apart. */
  series: readonly LineSeries[];
  /** A logarithmic vertical axis; a band that reaches zero leaves it at the bottom. */
  logY?: boolean;
  reference?: Reference;
}

/**
 * Means as lines, their 95 % intervals as bands. A mean of one seed has no interval and no band.
 * Where every x is an integer, so is every tick.
 *
 * @throws RangeError when a series has not as many means as x values, or there are too many series.
 */
export function lines({ title, x, y, series, logY, reference }: LinesSpec): Figure {
  if (series.length > categories.length) {
    throw new RangeError(
      `"${title}" has ${series.length} lines; ${categories.length} can be told apart.`,
    );
  }
  const data = series.flatMap((line, i) => traces(line, i));
  return {
    data,
    layout: themed(title, 760, 430, {
      margin: { l: 84, r: 24, t: 92, b: 66 },
      xaxis: axis(x, wholeTicks(series.flatMap((line) => Array.from(line.x)))),
      yaxis: axis(y, logY ? { type: 'log', dtick: 1 } : {}),
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', itemwidth: 40 },
      shapes: reference ? [referenceLine(reference)] : [],
    }),
  };
}

/** Keeps ticks off fractions of what is counted; over a longer axis Plotly's own steps are integers. */
function wholeTicks(values: readonly number[]): { dtick?: number } {
  const span = Math.max(...values) - Math.min(...values);
  return span < 10 && values.every(Number.isInteger) ? { dtick: 1 } : {};
}

function traces({ name, x, y }: LineSeries, i: number): Figure['data'] {
  if (x.length !== y.length) {
    throw new RangeError(`The line "${name}" has ${x.length} x values and ${y.length} means.`);
  }
  const at = Array.from(x);
  const colour = categories[i]!;
  const line = {
    type: 'scatter',
    name,
    legendgroup: name,
    x: at,
    y: y.map(({ mean }) => mean),
    mode: 'lines',
    line: { color: colour, width: 2.5, dash: dashes[i] },
  };
  if (y.some(({ n }) => n === 1)) return [line];
  const band = {
    type: 'scatter',
    legendgroup: name,
    showlegend: false,
    hoverinfo: 'skip',
    x: [...at, ...[...at].reverse()],
    y: [...y.map(({ high }) => high), ...y.map(({ low }) => low).reverse()],
    mode: 'lines',
    line: { width: 0 },
    fill: 'toself',
    fillcolor: faded(colour, 0.2),
  };
  return [band, line];
}
