import type { Drawing } from '../figure';
import { categories } from '../theme';
import { arrow, box, drawing, joint, text, way } from './pen';

const [blue] = categories;
const layers = 6;
const step = 104;

/** Six layers under shortcuts that span one, two and three of them. */
export function spanDrawing(): Drawing {
  return drawing('Shortcuts over 1, 2 and 3 layers', 800, 370, [
    ...row(118, 1),
    ...row(218, 2),
    ...row(318, 3),
  ]);
}

function row(y: number, span: number): string[] {
  const start = (block: number) => 110 + block * span * step;
  const blocks = Array.from({ length: layers / span }, (_, block) => {
    const [left, right] = [start(block), start(block + 1)];
    return [
      way(
        [
          [left, y],
          [left, y - 42],
          [right - 24, y - 42],
        ],
        blue,
      ),
      arrow(
        [
          [right - 24, y - 42],
          [right - 24, y - 13],
        ],
        blue,
      ),
      joint([right - 24, y], '+'),
      ...Array.from({ length: span }, (_, i) => layer(left + 34 + i * step, y)).flat(),
      way([
        [left + 54 + (span - 1) * step, y],
        [right - 37, y],
      ]),
      ...Array.from({ length: span - 1 }, (_, i) =>
        way([
          [left + 54 + i * step, y],
          [left + 14 + (i + 1) * step, y],
        ]),
      ),
      way([
        [left - 11, y],
        [left + 14, y],
      ]),
    ].flat();
  });
  return [text([32, y + 5], `n = ${span}`), ...blocks.flat()];
}

function layer(x: number, y: number): string[] {
  return [box([x, y], [40, 36], 'W', blue)];
}
