import type { Bounds } from 'unrolled-core';
import type { Figure } from './figure';

/** A font stack of equal widths, so that a text measured here fits where it is shown. */
export const fontFamily = 'DejaVu Sans, Verdana, Arial, sans-serif';

/** Colours for categories that colour-blind readers can tell apart (Okabe and Ito 2008). */
export const categories = [
  '#0072B2',
  '#D55E00',
  '#009E73',
  '#CC79A7',
  '#E69F00',
  '#56B4E9',
  '#000000',
] as const;

/** Dashes that go with {@link categories}, so that a line is known without its colour. */
export const dashes = [
  'solid',
  'dash',
  'dot',
  'dashdot',
  'longdash',
  'longdashdot',
  'solid',
] as const;

/** Markers that go with {@link categories}. */
export const symbols = [
  'circle',
  'square',
  'diamond',
  'triangle-up',
  'cross',
  'x',
  'triangle-down',
] as const;

/** Colour scales: viridis (Smith and van der Walt 2015) and the red-blue of ColorBrewer (Brewer 2003). */
export const scales = {
  sequential: 'Viridis',
  diverging: [
    [0, '#053061'],
    [0.125, '#2166AC'],
    [0.25, '#4393C3'],
    [0.375, '#92C5DE'],
    [0.5, '#F7F7F7'],
    [0.625, '#F4A582'],
    [0.75, '#D6604D'],
    [0.875, '#B2182B'],
    [1, '#67001F'],
  ],
} as const;

/** Which colour scale a quantity is drawn in; `diverging` is centred on zero. */
export type Scale = 'sequential' | 'diverging';

/** A level to compare with. */
export interface Reference {
  name: string;
  value: number;
}

/** The colour of letters and frames. */
export const ink = '#1A1A1A';

/** The frame of every figure: white paper also in dark mode, letters legible at half size. */
export function themed(
  title: string,
  width: number,
  height: number,
  layout: Record<string, unknown>,
): Figure['layout'] {
  return {
    width,
    height,
    title: {
      text: title,
      x: 0,
      xref: 'container',
      xanchor: 'left',
      y: 1,
      yref: 'container',
      yanchor: 'top',
      pad: { l: 16, t: 8 },
      font: { size: 19 },
    },
    font: { family: fontFamily, size: 15, color: ink },
    paper_bgcolor: '#FFFFFF',
    plot_bgcolor: '#FFFFFF',
    colorway: [...categories],
    ...layout,
  };
}

/** `colour` (#RRGGBB) with an opacity of 0 to 1. */
export function faded(colour: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  return `rgba(${r},${g},${b},${opacity})`;
}

/** A dashed line across the plot at a threshold or chance level, named in the legend. */
export function referenceLine({ name, value }: Reference): Record<string, unknown> {
  return {
    type: 'line',
    name,
    showlegend: true,
    xref: 'paper',
    x0: 0,
    x1: 1,
    y0: value,
    y1: value,
    line: { color: ink, width: 1.5, dash: 'dash' },
  };
}

/** The name of a panel, centred on top of it; places in shares of the plot. */
export function panelTitle(text: string, x: number, y: number): Record<string, unknown> {
  return {
    text,
    x,
    xanchor: 'center',
    y,
    xref: 'paper',
    yref: 'paper',
    yanchor: 'bottom',
    yshift: 4,
    showarrow: false,
    font: { size: 16 },
  };
}

/** An axis with its name and unit, drawn as a thin frame with ticks outside. */
export function axis(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: { text: name, standoff: 8, font: { size: 16 } },
    showline: true,
    linecolor: ink,
    ticks: 'outside',
    ticklen: 4,
    gridcolor: '#E6E6E6',
    zeroline: false,
    ...more,
  };
}

/** How far a vertical axis reaches: not past what is possible. */
export function reach({
  within,
  range,
}: {
  within?: Bounds;
  range?: Bounds;
}): Record<string, unknown> {
  if (range) return { range: [...range] };
  return within ? { autorangeoptions: { clipmin: within[0], clipmax: within[1] } } : {};
}
