import type { Bounds } from 'unrolled-core';
import type { LineSeries } from './series';

/** A logarithmic vertical axis, and where a band that reaches zero ends: below what the axis shows. */
export interface LogAxis {
  axis: Record<string, unknown>;
  floor: number;
}

/** Free space at both ends, as a share of the axis. */
const margin = 0.06;

/**
 * The axis for these lines: with ticks at powers of ten where it has two of them, else where Plotly puts them.
 * Bands that reach zero do not stretch it.
 *
 * @param range the ends of the axis, if they are given
 */
export function logAxis(series: readonly LineSeries[], range?: Bounds): LogAxis {
  const bands = series.flatMap(({ y }) => y);
  const all = bands.flatMap(({ mean, low, high }) => [mean, low, high]);
  const positive = all.filter((value) => value > 0 && Number.isFinite(value));
  const [least, greatest] = range ?? [Math.min(...positive), Math.max(...positive)];
  const [from, to] = [Math.log10(least), Math.log10(greatest)];
  const powers = Math.floor(to) - Math.ceil(from) + 1;
  const free = margin * (to - from || 1);
  const reachesZero = positive.length > 0 && bands.some(({ low, n }) => n !== 1 && low <= 0);
  const ends = range ? [from, to] : reachesZero ? [from - free, to + free] : undefined;
  return {
    axis: { type: 'log', ...(powers >= 2 ? { dtick: 1 } : {}), ...(ends ? { range: ends } : {}) },
    floor: least / 1000,
  };
}
