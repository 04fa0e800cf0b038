import type { Drawing } from '../figure';
import { categories } from '../theme';
import { arrow, box, drawing, text } from './pen';

const [blue, , green] = categories;
const step = 84;

/** A shallow net, and a deeper one that computes the same: its further layers are identities. */
export function deepeningDrawing(shallow = 10, deep = 50): Drawing {
  const layers = ['1', '2', '…', String(shallow)];
  const identities = ['I', '…', 'I'];
  return drawing('A deeper net that is no worse', 800, 300, [
    ...chain(112, `${shallow} layers, trained`, layers, []),
    ...chain(
      222,
      `${deep} layers: the same, then ${deep - shallow} identities`,
      layers,
      identities,
    ),
  ]);
}

function chain(
  y: number,
  name: string,
  layers: readonly string[],
  identities: readonly string[],
): string[] {
  const x = (place: number) => 90 + step * place;
  const all = [...layers, ...identities];
  const boxes = all.map((words, i) =>
    words === '…'
      ? text([x(i), y + 5], words)
      : box([x(i), y], [52, 44], words, i < layers.length ? blue : green),
  );
  const between = Array.from({ length: all.length + 1 }, (_, i) => arrow(gap(x(i), y)));
  return [
    text([16, y - 40], name, { anchor: 'start' }),
    text([22, y + 5], 'x'),
    ...boxes,
    ...between,
    text([x(all.length) + 16, y + 5], 'logits'),
  ];
}

/** From behind the place before the one at x to the one at x. */
function gap(x: number, y: number): [readonly [number, number], readonly [number, number]] {
  return [
    [x - step + 28, y],
    [x - 28, y],
  ];
}
