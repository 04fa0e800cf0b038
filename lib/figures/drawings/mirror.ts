import type { Drawing } from '../figure';
import { categories } from '../theme';
import { arrow, box, drawing, joint, text, way } from './pen';

const [blue, orange, green] = categories;
const [upper, middle, lower] = [96, 158, 220];

/** A layer behind a concatenated ReLU, with mirrored weights and with others. */
export function mirrorDrawing(): Drawing {
  return drawing('Weights that mirror each other', 800, 300, [
    ...layer(16, 'looks linear', ['O', '−O'], 'x O', [blue, blue]),
    ...layer(416, 'not mirrored', ['O', 'P'], 'not linear', [blue, orange]),
  ]);
}

function layer(
  left: number,
  name: string,
  weights: [string, string],
  sum: string,
  colours: [string | undefined, string | undefined],
): string[] {
  const at = (x: number) => left + x;
  const half = (y: number, part: string, i: 0 | 1) => [
    way([
      [at(34), middle],
      [at(34), y],
    ]),
    arrow([
      [at(34), y],
      [at(52), y],
    ]),
    box([at(102), y], [100, 40], part, green),
    arrow([
      [at(152), y],
      [at(170), y],
    ]),
    box([at(198), y], [56, 40], weights[i], colours[i]!),
    way([
      [at(226), y],
      [at(254), y],
    ]),
    arrow([
      [at(254), y],
      [at(254), y < middle ? middle - 13 : middle + 13],
    ]),
  ];
  return [
    text([at(0), 62], name, { anchor: 'start' }),
    text([at(10), middle + 5], 'x'),
    way([
      [at(20), middle],
      [at(34), middle],
    ]),
    ...half(upper, 'max(0, x)', 0),
    ...half(lower, 'max(0, −x)', 1),
    joint([at(254), middle], '+'),
    arrow([
      [at(267), middle],
      [at(290), middle],
    ]),
    text([at(296), middle + 5], sum, { anchor: 'start' }),
  ];
}
