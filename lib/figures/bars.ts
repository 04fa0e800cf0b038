import { summarise, type Bounds } from 'unrolled-core';
import type { Figure } from './figure';
import {
  axis,
  categories as colours,
  faded,
  reach,
  referenceLine,
  themed,
  type Reference,
} from './theme';

/** One colour of {@link bars}. */
export interface BarSeries {
  name: string;
  /** `values[category]` holds one measurement per seed. */
  values: readonly ArrayLike<number>[];
}

/** What {@link bars} draws. */
export interface BarsSpec {
  title: string;
  /** Name of the horizontal axis. */
  x: string;
  /** Name of the vertical axis, with its unit. */
  y: string;
  /** The groups along the horizontal axis. */
  categories: readonly string[];
  series: readonly BarSeries[];
  /** What the quantity can't get past, if it can't, `[0, 100]`: intervals and axis end there. */
  within?: Bounds;
  /** The ends of the vertical axis, for figures that are compared. */
  range?: Bounds;
  reference?: Reference;
}

/**
 * Means over seeds as bars from zero, with the 95 % interval and a point for each seed.
 *
 * @throws RangeError when a series has not one list of values for each category.
 */
export function bars(spec: BarsSpec): Figure {
  const { title, x, y, categories, series, within, range, reference } = spec;
  const data = series.flatMap((bar, i) =>
    traces(bar, categories, colours[i % colours.length]!, within),
  );
  const legend = series.length > 1 || reference !== undefined;
  return {
    data,
    layout: themed(title, 760, 430, {
      margin: { l: 84, r: 24, t: legend ? 92 : 52, b: 66 },
      xaxis: axis(x, { type: 'category', ticks: '', showgrid: false }),
      yaxis: axis(y, { zeroline: true, zerolinecolor: '#1A1A1A', ...reach({ within, range }) }),
      barmode: 'group',
      scattermode: 'group',
      bargap: 0.3,
      scattergap: 0.3,
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom' },
      showlegend: legend,
      shapes: reference ? [referenceLine(reference)] : [],
    }),
    note: 'Bars are means over seeds, whiskers their 95 % intervals, points the seeds.',
  };
}

function traces(
  { name, values }: BarSeries,
  categories: readonly string[],
  colour: string,
  within?: Bounds,
): Figure['data'] {
  if (values.length !== categories.length) {
    throw new RangeError(
      `The bars "${name}" have ${values.length} lists of values for ${categories.length} categories.`,
    );
  }
  const summaries = values.map((seeds) => summarise(seeds, within));
  const group = { name, legendgroup: name, offsetgroup: name };
  const bar = {
    type: 'bar',
    ...group,
    x: categories,
    y: summaries.map(({ mean }) => mean),
    marker: { color: faded(colour, 0.45), line: { color: colour, width: 1.5 } },
    error_y: {
      type: 'data',
      symmetric: false,
      array: summaries.map(({ mean, high, n }) => (n > 1 ? high - mean : 0)),
      arrayminus: summaries.map(({ mean, low, n }) => (n > 1 ? mean - low : 0)),
      color: '#1A1A1A',
      thickness: 1.5,
      width: 6,
    },
  };
  const points = {
    type: 'scatter',
    ...group,
    showlegend: false,
    mode: 'markers',
    x: values.flatMap((seeds, i) => Array.from(seeds, () => categories[i]!)),
    y: values.flatMap((seeds) => Array.from(seeds)),
    marker: { color: colour, size: 8, line: { color: '#FFFFFF', width: 1 } },
  };
  return [bar, points];
}
