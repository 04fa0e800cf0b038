import type { Bounds } from 'unrolled-core';
import type { Figure } from './figure';
import { logAxis } from './logAxis';
import { legendRow, legendRows, lineTraces, noteOf, type LineSeries } from './series';
import { axis, categories, referenceLine, reach, themed, type Reference } from './theme';

/** What {@link lines} draws. */
export interface LinesSpec {
  title: string;
  /** Name of the horizontal axis, with its unit. */
  x: string;
  /** Name of the vertical axis, with its unit. */
  y: string;
  /** At most seven that are not faint: more can't be told apart. */
  series: readonly LineSeries[];
  /** A logarithmic vertical axis; a band that reaches zero leaves it at the bottom. */
  logY?: boolean;
  /** What the quantity can't get past, if it can't, `[0, 100]`: bands and axis end there. */
  within?: Bounds;
  /** The ends of the vertical axis, for figures that are compared. */
  range?: Bounds;
  /** What the bands are, where they are not 95 % intervals over seeds: `one standard deviation`. */
  bands?: string;
  reference?: Reference;
}

/**
 * Means as lines, their 95 % intervals as bands. A mean of one seed has no interval and no band; a
 * line of at most twelve points has markers. Where every x is an integer, so is every tick.
 *
 * @throws RangeError when there are no series, when one has not as many means as x values, or there are too many series.
 */
export function lines(spec: LinesSpec): Figure {
  const { title, x, y, series, within, bands, reference } = spec;
  if (series.length === 0) throw new RangeError(`"${title}" has no lines.`);
  const named = series.filter(({ faint }) => !faint);
  if (named.length > categories.length) {
    throw new RangeError(
      `"${title}" has ${named.length} lines; ${categories.length} can be told apart.`,
    );
  }
  const log = spec.logY ? logAxis(series, spec.range) : undefined;
  const data = series.flatMap((line) =>
    lineTraces(line, { index: named.indexOf(line), within, floor: log?.floor }),
  );
  const legend = named.length > 1 || reference !== undefined;
  const names = named.map(({ name }) => name);
  const rows = legendRows(reference ? [...names, reference.name] : names, 652);
  const more = legend ? legendRow * (rows - 1) : 0;
  return {
    data,
    layout: themed(title, 760, 430 + more, {
      margin: { l: 84, r: 24, t: legend ? 92 + more : 52, b: 66 },
      xaxis: axis(x, wholeTicks(series)),
      yaxis: axis(y, log?.axis ?? reach(spec)),
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', itemwidth: 40 },
      showlegend: legend,
      shapes: reference ? [referenceLine(reference)] : [],
    }),
    note: noteOf(series, bands),
  };
}

/** Keeps ticks off fractions of what is counted; over a longer axis Plotly's own steps are integers. */
export function wholeTicks(series: readonly LineSeries[]): { dtick?: number } {
  const values = series.flatMap(({ x }) => Array.from(x));
  const span = Math.max(...values) - Math.min(...values);
  return span < 10 && values.every(Number.isInteger) ? { dtick: 1 } : {};
}
