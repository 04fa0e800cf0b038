import type { Drawing } from '../figure';
import { categories } from '../theme';
import { arrow, box, drawing, joint, text, way } from './pen';

const [blue, orange] = categories;
const [bottom, top] = [330, 96];

/** A plain, a highway and a residual block side by side, input below, output on top. */
export function blockDrawing(): Drawing {
  return drawing('Three blocks', 760, 412, [...plain(120), ...highway(380), ...residual(640)]);
}

function plain(x: number): string[] {
  return [
    arrow([
      [x, bottom],
      [x, 234],
    ]),
    box([x, 214], [76, 40], 'H', blue),
    arrow([
      [x, 194],
      [x, top],
    ]),
    ...ends(x, 'plain', 'y = H(x)'),
  ];
}

function highway(x: number): string[] {
  const [gate, carry] = [x - 96, x + 96];
  return [
    arrow([
      [x, bottom],
      [x, 286],
    ]),
    way([
      [x, 304],
      [gate, 304],
    ]),
    arrow([
      [gate, 304],
      [gate, 286],
    ]),
    way([
      [x, 304],
      [carry, 304],
    ]),
    arrow([
      [carry, 304],
      [carry, 213],
    ]),
    box([x, 266], [76, 40], 'H', blue),
    box([gate, 266], [76, 40], 'T', orange),
    arrow([
      [x, 246],
      [x, 213],
    ]),
    way([
      [gate, 246],
      [gate, 200],
    ]),
    arrow([
      [gate, 200],
      [x - 13, 200],
    ]),
    joint([x, 200], '×'),
    way(
      [
        [gate, 200],
        [gate, 172],
        [carry - 40, 172],
      ],
      orange,
    ),
    arrow(
      [
        [carry - 40, 172],
        [carry - 40, 200],
        [carry - 13, 200],
      ],
      orange,
    ),
    joint([carry, 200], '×'),
    text([x + 56, 163], '1 − T', { colour: orange }),
    arrow([
      [carry, 187],
      [carry, 134],
      [x + 13, 134],
    ]),
    way([
      [x, 187],
      [x, 178],
    ]),
    arrow([
      [x, 166],
      [x, 147],
    ]),
    joint([x, 134], '+'),
    arrow([
      [x, 121],
      [x, top],
    ]),
    ...ends(x, 'highway', 'y = H(x) T(x) + x (1 − T(x))'),
  ];
}

function residual(x: number): string[] {
  return [
    arrow([
      [x, bottom],
      [x, 254],
    ]),
    box([x, 234], [76, 40], 'F', blue),
    arrow([
      [x, 214],
      [x, 147],
    ]),
    way([
      [x, 300],
      [x + 76, 300],
    ]),
    arrow([
      [x + 76, 300],
      [x + 76, 134],
      [x + 13, 134],
    ]),
    joint([x, 134], '+'),
    arrow([
      [x, 121],
      [x, top],
    ]),
    ...ends(x, 'residual', 'y = x + F(x)'),
  ];
}

function ends(x: number, name: string, formula: string): string[] {
  return [
    text([x, bottom + 20], 'x'),
    text([x, top - 10], 'y'),
    text([x, bottom + 46], name),
    text([x, bottom + 70], formula, { size: 14 }),
  ];
}
