import type { Drawing } from '../figure';
import { categories } from '../theme';
import { arrow, box, drawing, text, way } from './pen';

const [blue, orange, green] = categories;
const level = 214;
const offsets = [-26, 20, -12, 6, 0];
const spreads = [60, 42, 26, 12, 0];

/** A stage unrolled: each block takes an estimate of the stage's end and returns a better one. */
export function stageDrawing(): Drawing {
  const x = (k: number) => 84 + 148 * k;
  const last = spreads.length - 1;
  const estimates = spreads.flatMap((spread, k) => {
    const centre = level + offsets[k]!;
    const cap = (y: number) =>
      way(
        [
          [x(k) - 9, y],
          [x(k) + 9, y],
        ],
        blue,
      );
    const bar = [
      way(
        [
          [x(k), centre - spread],
          [x(k), centre + spread],
        ],
        blue,
      ),
      cap(centre - spread),
      cap(centre + spread),
    ];
    return [
      ...(spread > 0 ? bar : []),
      `<circle cx="${x(k)}" cy="${centre}" r="6" fill="${k === last ? green : blue}"/>`,
      text([x(k), 96], state(k, last)),
    ];
  });
  const blocks = offsets.slice(0, -1).flatMap((_, k) => {
    const centre = (x(k) + x(k + 1)) / 2;
    return [
      arrow([
        [x(k) + 24, 90],
        [centre - 27, 90],
      ]),
      box([centre, 90], [54, 40], `F${subscripts[k + 1]}`, orange),
      arrow([
        [centre + 27, 90],
        [x(k + 1) - 26, 90],
      ]),
    ];
  });
  const end = way(
    [
      [40, level],
      [720, level],
    ],
    green,
    true,
  );
  return drawing('A stage as estimates of its own end', 760, 336, [
    end,
    ...estimates,
    ...blocks,
    text([720, level - 12], 'the end of the stage', { anchor: 'end', size: 14, colour: green }),
    text(
      [380, 318],
      'the view under test: block by block the scatter shrinks, and the mean is right from the start',
      {
        size: 14,
      },
    ),
  ]);
}

const subscripts = '₀₁₂₃₄';

function state(k: number, last: number): string {
  return k === last ? 'aᴷ' : `a${'⁰¹²³'[k]}`;
}
