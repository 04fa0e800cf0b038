import type { Figure } from './figure';
import { axis, panelTitle, scales, themed, type Scale } from './theme';

/** One heatmap of {@link heatmaps}. */
export interface HeatmapPanel {
  title: string;
  /** `values[row][column]`; the first row is drawn on top. */
  values: ArrayLike<ArrayLike<number>>;
  /** What a column is: `unit`. Columns and rows are numbered from 1. */
  x: string;
  /** What a row is: `layer`. */
  y: string;
  /** What the colour shows, with its unit. */
  quantity: string;
  /** `sequential` for amounts, `diverging` for differences; that one is centred on zero. */
  scale: Scale;
  /** The values at the ends of the colour scale; the panel's own extremes if left out. */
  range?: readonly [number, number];
}

const margin = { l: 0, r: 24, t: 84, b: 138 };
const axisWidth = 68;
const gap = 34;
const paperWidth = 840; // what JupyterLab shows beside its file browser in a window of 1280
const panelWidth = 400;
const panelHeight = 250;

/**
 * Heatmaps side by side, each with its own colour bar below: rows of layers, columns of units, as in
 * Srivastava, Greff and Schmidhuber 2015, Figures 2 and 3.
 *
 * @throws RangeError when there is no panel; when one has no values, rows of different lengths, or a value that is not
 *   finite; the message names the panel and the place.
 */
export function heatmaps(title: string, panels: readonly HeatmapPanel[]): Figure {
  if (panels.length === 0) throw new RangeError(`"${title}" has no heatmaps.`);
  const shapes = panels.map(shape);
  const labelled = shapes.map(
    ({ rows }, i) => i === 0 || rows !== shapes[i - 1]!.rows || panels[i]!.y !== panels[i - 1]!.y,
  );
  const before = labelled.map((own) => (own ? axisWidth : gap));
  const room = (paperWidth - margin.r - sum(before)) / panels.length;
  const widths = shapes.map(({ columns }) => wholeBricks(columns, Math.min(room, panelWidth)));
  const plot = {
    width: sum(before) + sum(widths),
    height: wholeBricks(Math.max(...shapes.map(({ rows }) => rows)), panelHeight),
  };

  const layout: Record<string, unknown> = { margin };
  const annotations: Record<string, unknown>[] = [];
  const data = panels.map((panel, i) => {
    const id = i === 0 ? '' : String(i + 1);
    const { rows, columns } = shapes[i]!;
    const left = sum(before.slice(0, i + 1)) + sum(widths.slice(0, i));
    const centre = (left + widths[i]! / 2) / plot.width;
    const own = extremes(panel);
    const [zmin, zmax] = panel.range ?? own;
    layout[`xaxis${id}`] = axis(panel.x, {
      domain: [left / plot.width, (left + widths[i]!) / plot.width],
      anchor: `y${id}`,
      range: [0.5, columns + 0.5],
      ...ticks(columns),
    });
    layout[`yaxis${id}`] = axis(labelled[i] ? panel.y : '', {
      anchor: `x${id}`,
      range: [rows + 0.5, 0.5],
      showticklabels: labelled[i],
      ...ticks(rows),
    });
    annotations.push(panelTitle(panel.title, centre, 1));
    return {
      type: 'heatmap',
      z: Array.from(panel.values, (row) => Array.from(row)),
      x0: 1,
      y0: 1,
      xaxis: `x${id}`,
      yaxis: `y${id}`,
      colorscale: scales[panel.scale],
      zmin,
      zmax,
      colorbar: {
        orientation: 'h',
        title: { text: panel.quantity, side: 'bottom', font: { size: 15 } },
        x: centre,
        xanchor: 'center',
        y: -62 / plot.height,
        yanchor: 'top',
        lenmode: 'pixels',
        len: widths[i],
        thickness: 12,
        xpad: 0,
        ypad: 0,
        outlinewidth: 1,
        nticks: 4,
        ticks: 'outside',
      },
      hovertemplate: `${panel.y} %{y}, ${panel.x} %{x}: %{z:.3g}<extra>${panel.title}</extra>`,
    };
  });
  layout['annotations'] = annotations;
  const width = plot.width + margin.l + margin.r;
  const height = plot.height + margin.t + margin.b;
  return { data, layout: themed(title, width, height, layout) };
}

function shape({ title, values }: HeatmapPanel) {
  const rows = values.length;
  const columns = values[0]?.length ?? 0;
  if (columns === 0) throw new RangeError(`The heatmap "${title}" has no values.`);
  for (let i = 1; i < rows; i++) {
    if (values[i]!.length !== columns) {
      throw new RangeError(
        `The heatmap "${title}" has ${columns} values in row 0 and ${values[i]!.length} in row ${i}.`,
      );
    }
  }
  return { rows, columns };
}

function extremes({ title, values, scale }: HeatmapPanel): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const [i, row] of Array.from(values).entries()) {
    for (const [j, value] of Array.from(row).entries()) {
      if (!Number.isFinite(value)) {
        throw new RangeError(`The heatmap "${title}" has ${value} in row ${i}, column ${j}.`);
      }
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const reach = Math.max(-low, high) || 1;
  if (scale === 'diverging') return [-reach, reach];
  return low < high ? [low, high] : [low - 0.5, low + 0.5];
}

/** The largest width up to `target` that gives each of `n` bricks the same whole number of pixels. */
function wholeBricks(n: number, target: number): number {
  return n * Math.max(1, Math.floor(target / n));
}

/** Ticks at 1 and at round numbers. */
function ticks(n: number) {
  const step = n <= 10 ? 1 : n <= 25 ? 5 : Math.ceil(n / 50) * 10;
  const tickvals = [1];
  for (let tick = step; tick <= n; tick += step) if (tick > 1) tickvals.push(tick);
  return { tickvals };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
