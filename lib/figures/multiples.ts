import type { Bounds } from 'unrolled-core';
import type { Figure } from './figure';
import { wholeTicks, type LinesSpec } from './lines';
import { logAxis } from './logAxis';
import { legendRow, legendRows, lineTraces, noteOf, type LineSeries } from './series';
import {
  axis,
  categories,
  panelTitle,
  reach,
  referenceLine,
  themed,
  type Reference,
} from './theme';

/** One panel of {@link multiples}. */
export interface LinePanel {
  title: string;
  series: readonly LineSeries[];
}

/** What {@link multiples} draws. */
export interface MultiplesSpec extends Omit<LinesSpec, 'series'> {
  /** Row by row. A line of the same name looks the same in all of them. */
  panels: readonly LinePanel[];
  /** How many panels side by side; default 3, or as many as there are. */
  columns?: number;
  /** Gives each panel a vertical axis of its own; without, all share one and can be compared. */
  ownRanges?: boolean;
  /** All horizontal axes alike, too. */
  sameX?: boolean;
}

const width = 840;
const panelHeight = 210;
const gap = { x: 22, own: 66, y: 62 };
const margin = { l: 80, r: 16, b: 62 };
const head = { bare: 76, legend: 112 };

/**
 * Small multiples: lines with bands, a panel a stage, a net, or whatever would hide the rest in a
 * common one, over one vertical scale. With a panel for each stage and {@link deviationBand}s it is
 * Figure 3 of Greff, Srivastava and Schmidhuber 2017.
 *
 * @throws RangeError as `lines`; when there is no panel.
 */
export function multiples(spec: MultiplesSpec): Figure {
  const { title, panels, within, bands, reference, ownRanges = false, sameX = false } = spec;
  const all = panels.flatMap(({ series }) => series);
  if (all.length === 0) throw new RangeError(`"${title}" has no lines.`);
  const names = [...new Set(all.filter(({ faint }) => !faint).map(({ name }) => name))];
  if (names.length > categories.length) {
    throw new RangeError(
      `"${title}" has ${names.length} lines; ${categories.length} can be told apart.`,
    );
  }
  const columns = Math.min(spec.columns ?? 3, panels.length);
  const rows = Math.ceil(panels.length / columns);
  const domains = grid(rows, columns, ownRanges ? gap.own : gap.x);
  const legend = names.length > 1 || reference !== undefined;
  const entries = reference ? [...names, reference.name] : names;
  const more = legendRow * (legendRows(entries, width - margin.l - margin.r) - 1);
  const top = legend ? head.legend + more : head.bare;
  const height = rows * panelHeight + (rows - 1) * gap.y + top + margin.b;

  const layout: Record<string, unknown> = { margin: { ...margin, t: top } };
  const shown = new Set<string>();
  const data = panels.flatMap(({ series }, i) => {
    const id = i === 0 ? '' : String(i + 1);
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const below = i + columns < panels.length;
    const log = spec.logY ? logAxis(ownRanges ? series : all, spec.range) : undefined;
    layout[`xaxis${id}`] = axis(below ? '' : spec.x, {
      domain: domains.x[column],
      anchor: `y${id}`,
      ...wholeTicks(series),
      ...(sameX && i > 0 ? { matches: 'x' } : {}),
    });
    layout[`yaxis${id}`] = axis(column === 0 || ownRanges ? spec.y : '', {
      domain: domains.y[row],
      anchor: `x${id}`,
      ...(log?.axis ?? reach(spec)),
      ...(ownRanges || i === 0 ? {} : { matches: 'y' }),
      showticklabels: column === 0 || ownRanges,
    });
    return series.flatMap((line) => {
      const showlegend = !line.faint && !shown.has(line.name);
      shown.add(line.name);
      const index = Math.max(0, names.indexOf(line.name));
      const more = { xaxis: `x${id}`, yaxis: `y${id}`, showlegend };
      return lineTraces(line, { index, within, floor: log?.floor, more });
    });
  });
  layout['annotations'] = panels.map((panel, i) =>
    panelTitle(
      panel.title,
      middle(domains.x[i % columns]!),
      domains.y[Math.floor(i / columns)]![1],
    ),
  );
  layout['shapes'] = reference ? panels.map((_, i) => level(reference, i)) : [];
  layout['legend'] = {
    orientation: 'h',
    xref: 'paper',
    x: 0,
    yref: 'container',
    y: 1 - 40 / height,
    yanchor: 'top',
    itemwidth: 40,
  };
  layout['showlegend'] = legend;
  return { data, layout: themed(title, width, height, layout), note: noteOf(all, bands) };
}

/** A dashed line across the i-th panel; the first one is named in the legend. */
function level(reference: Reference, i: number): Record<string, unknown> {
  const id = i === 0 ? '' : String(i + 1);
  const place = { showlegend: i === 0, xref: `x${id} domain`, yref: `y${id}` };
  return { ...referenceLine(reference), ...place };
}

/** Where the columns and rows of panels lie, in shares of the plot; the first row is on top. */
function grid(rows: number, columns: number, between: number): { x: Bounds[]; y: Bounds[] } {
  const inner = { x: width - margin.l - margin.r, y: rows * panelHeight + (rows - 1) * gap.y };
  const panelWidth = (inner.x - (columns - 1) * between) / columns;
  const span = (from: number, size: number, whole: number): Bounds => [
    from / whole,
    (from + size) / whole,
  ];
  return {
    x: Array.from({ length: columns }, (_, i) =>
      span(i * (panelWidth + between), panelWidth, inner.x),
    ),
    y: Array.from({ length: rows }, (_, i) =>
      span((rows - 1 - i) * (panelHeight + gap.y), panelHeight, inner.y),
    ),
  };
}

function middle([from, to]: Bounds): number {
  return (from + to) / 2;
}
