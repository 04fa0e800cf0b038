import type { Drawing } from '../figure';
import { categories, faded } from '../theme';
import { drawing, text, way } from './pen';

const [blue] = categories;
const [left, right, base, height] = [92, 736, 256, 176];

/**
 * The linear decay of stochastic depth: block l of L runs with probability
 * p_l = 1 - l / L (1 - p_L) (Huang et al. 2016, Equation 4).
 *
 * @param blocks L
 * @param last p_L, from 0 to 1
 */
export function survivalDrawing(blocks: number, last = 0.5): Drawing {
  const step = (right - left) / blocks;
  const width = Math.min(0.7 * step, 48);
  const bars = Array.from({ length: blocks }, (_, i) => {
    const p = 1 - ((i + 1) / blocks) * (1 - last);
    const x = left + (i + 0.5) * step - width / 2;
    const rect = (share: number, paint: string) =>
      `<rect x="${x.toFixed(1)}" y="${(base - share * height).toFixed(1)}" width="${width.toFixed(1)}" height="${(share * height).toFixed(1)}" ${paint}/>`;
    return (
      rect(1, 'fill="#FFFFFF" stroke="#9A9A9A" stroke-dasharray="5 4"') +
      rect(p, `fill="${faded(blue, 0.35)}" stroke="${blue}" stroke-width="2"`)
    );
  });
  const expected = blocks - ((blocks + 1) / 2) * (1 - last);
  return drawing('How often each block runs', 760, 330, [
    ...bars,
    ...[0, 0.5, 1].flatMap((share) => [
      text([left - 12, base - share * height + 5], `${share}`, { anchor: 'end', size: 14 }),
      way([
        [left - 8, base - share * height],
        [left, base - share * height],
      ]),
    ]),
    way([
      [left, base - height],
      [left, base],
      [right, base],
    ]),
    text([left, 66], 'probability pₗ', { anchor: 'start', size: 14 }),
    text([left + step / 2, base + 24], 'block 1', { size: 14 }),
    text([right - step / 2, base + 24], `block ${blocks}`, { size: 14 }),
    text(
      [(left + right) / 2, base + 56],
      `pₗ = 1 − l/L (1 − ${last}): ${expected.toFixed(1)} of ${blocks} blocks run in a step, on average`,
      { size: 14 },
    ),
  ]);
}
