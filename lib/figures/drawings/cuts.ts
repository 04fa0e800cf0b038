import type { Drawing } from '../figure';
import { categories } from '../theme';
import { arrow, box, drawing, joint, text, way, type Point } from './pen';

const [blue, orange] = categories;
const first = 210;
const apart = 128;

interface Row {
  name: string;
  y: number;
  /** Which block stands at each place. */
  order: readonly number[];
  /** The place whose block is not there. */
  gone?: number;
}

/** A lesion and a swap: what is cut, and what passes by. */
export function cutDrawing(): Drawing {
  return drawing('A lesion and a swap', 760, 354, [
    ...chain({ name: 'intact', y: 104, order: [1, 2, 3, 4] }),
    ...chain({ name: 'lesion of block 3', y: 208, order: [1, 2, 3, 4], gone: 2 }),
    ...chain({ name: 'swap of 2 and 3', y: 312, order: [1, 3, 2, 4] }),
  ]);
}

function chain({ name, y, order, gone }: Row): string[] {
  const x = (place: number) => first + apart * place;
  const blocks = order.flatMap((block, place) => {
    const moved = block !== place + 1;
    return [
      arrow([
        [x(place) - apart + (place === 0 ? 54 : 63), y],
        [x(place) - 32, y],
      ]),
      way([
        [x(place) + 32, y],
        [x(place) + 37, y],
      ]),
      box([x(place), y], [64, 44], `F${'₀₁₂₃₄'[block]}`, moved ? orange : blue, place === gone),
      shortcut(x(place), y),
    ];
  });
  const end = x(order.length - 1);
  return [
    text([16, y - 44], name, { anchor: 'start' }),
    text([first - apart + 42, y + 5], 'x'),
    ...blocks,
    arrow([
      [end + 63, y],
      [end + 92, y],
    ]),
    text([end + 104, y + 5], 'y'),
    ...(gone === undefined ? [] : cross(x(gone), y)),
  ];
}

/** The way round a block, and where it meets what the block adds. */
function shortcut(x: number, y: number): string {
  const round: Point[] = [
    [x - 46, y],
    [x - 46, y - 36],
    [x + 50, y - 36],
    [x + 50, y - 13],
  ];
  return arrow(round) + joint([x + 50, y], '+');
}

function cross(x: number, y: number): string[] {
  return [
    way(
      [
        [x - 26, y - 16],
        [x + 26, y + 16],
      ],
      orange,
    ),
    way(
      [
        [x - 26, y + 16],
        [x + 26, y - 16],
      ],
      orange,
    ),
    text([x, y + 44], 'only the shortcut passes', { size: 14 }),
  ];
}
