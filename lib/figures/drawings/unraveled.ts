import type { Drawing } from '../figure';
import { categories } from '../theme';
import { arrow, box, drawing, text, way } from './pen';

const [blue, orange, green, pink] = categories;
const byLength = [green, blue, orange, pink];
const rowHeight = 36;
const first = 96;

/** The eight paths through three residual blocks, in order of their length. */
export function pathsDrawing(): Drawing {
  const sets = Array.from({ length: 8 }, (_, set) => [0, 1, 2].filter((i) => (set >> i) & 1));
  const paths = sets.sort((a, b) => a.length - b.length);
  return drawing('Three residual blocks are eight paths', 760, 400, [
    text([590, 62], 'length'),
    text([680, 62], 'paths'),
    ...paths.flatMap((branches, i) => path(first + rowHeight * i, branches)),
    ...[0, 1, 2, 3].flatMap((length) => group(paths, length)),
  ]);
}

function path(y: number, branches: readonly number[]): string[] {
  const half = 32;
  const at = (i: number) => 130 + 130 * i;
  const starts = [48, ...branches.map((i) => at(i) + half)];
  const stops = branches.map((i) => at(i) - half);
  return [
    text([32, y + 5], 'x'),
    ...stops.map((stop, k) =>
      way([
        [starts[k]!, y],
        [stop, y],
      ]),
    ),
    arrow([
      [starts.at(-1)!, y],
      [500, y],
    ]),
    ...branches.map((i) =>
      box([at(i), y], [2 * half, 28], `F${'₁₂₃'[i]}`, byLength[branches.length]!),
    ),
    text([516, y + 5], 'y'),
  ];
}

function group(paths: readonly (readonly number[])[], length: number): string[] {
  const rows = paths.flatMap((branches, i) => (branches.length === length ? [i] : []));
  const middle = first + (rowHeight * (rows[0]! + rows.at(-1)!)) / 2;
  return [text([590, middle + 5], String(length)), text([680, middle + 5], String(rows.length))];
}
