import type { Figure } from './figure';

const fewest = 8;

/**
 * The same figure in less space: long arrays of numbers in `data` become Plotly's typed arrays
 * (base64 of float32), single numbers keep five significant digits. A 50 × 50 heatmap takes 13 KB
 * in a notebook instead of 60.
 */
export function compact({ data, layout }: Figure): Figure {
  return { data: data.map((trace) => smaller(trace) as typeof trace), layout };
}

function smaller(value: unknown): unknown {
  if (Array.isArray(value)) return packed(value) ?? value.map(rounded);
  if (typeof value !== 'object' || value === null) return rounded(value);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, smaller(entry)]));
}

function packed(array: unknown[]): Record<string, string> | undefined {
  const rows = array.every(Array.isArray) ? array : [array];
  const columns = rows[0]?.length ?? 0;
  const numbers = rows.flat();
  const regular = rows.every((row) => row.length === columns);
  if (numbers.length < fewest || !regular || !numbers.every((n) => typeof n === 'number')) return;
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((n, i) => bytes.writeFloatLE(n, 4 * i));
  const bdata = bytes.toString('base64');
  return rows === array
    ? { bdata, dtype: 'f4', shape: `${rows.length},${columns}` }
    : { bdata, dtype: 'f4' };
}

function rounded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rounded);
  const fraction = typeof value === 'number' && !Number.isInteger(value);
  return fraction ? Number(value.toPrecision(5)) : value;
}
