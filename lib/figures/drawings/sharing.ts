import type { Drawing } from '../figure';
import { categories } from '../theme';
import { arrow, box, drawing, text } from './pen';

const [blue, orange, green, pink] = categories;
const norms = [orange, green, pink];

/** One convolution applied T times, with one batch norm for all applications or one for each. */
export function sharingDrawing(): Drawing {
  return drawing('One convolution, applied T times', 760, 300, [
    ...chain(110, 'naive: the norm is shared too', [orange, orange, orange], ['BN', 'BN', 'BN']),
    ...chain(232, 'unshared: a norm for each application', norms, ['BN₁', 'BN₂', 'BNₜ']),
  ]);
}

function chain(
  y: number,
  name: string,
  colours: readonly string[],
  words: readonly string[],
): string[] {
  const x = (t: number) => 110 + 228 * t;
  const steps = colours.flatMap((colour, t) => [
    ...(t === 2 ? [text([x(t) - 78, y + 5], '…')] : []),
    arrow([
      [t === 2 ? x(t) - 62 : x(t) - (t === 0 ? 66 : 88), y],
      [x(t) - 36, y],
    ]),
    box([x(t), y], [72, 44], 'F', blue),
    arrow([
      [x(t) + 36, y],
      [x(t) + 68, y],
    ]),
    box([x(t) + 104, y], [72, 44], words[t]!, colour),
  ]);
  return [
    text([16, y - 38], name, { anchor: 'start' }),
    text([32, y + 5], 'x'),
    ...steps,
    arrow([
      [x(2) + 140, y],
      [x(2) + 172, y],
    ]),
  ];
}
