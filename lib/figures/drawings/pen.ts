import type { Drawing } from '../figure';
import { printable } from '../printable';
import { faded, fontFamily, ink } from '../theme';

/** Where something is, in pixels from the left and from the top. */
export type Point = readonly [x: number, y: number];

const size = 16;

/** A drawing of these parts on white paper, also in dark mode. It has no ids that another could share. */
export function drawing(title: string, width: number, height: number, parts: string[]): Drawing {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}">`;
  const paper = `<rect width="${width}" height="${height}" fill="#FFFFFF"/>`;
  const head = text([16, 30], title, { anchor: 'start', size: 19 });
  return { title, svg: [open, paper, head, ...parts, '</svg>'].join('') };
}

/** Words around a point. */
export function text(
  [x, y]: Point,
  words: string,
  more: { anchor?: 'start' | 'middle' | 'end'; size?: number; colour?: string } = {},
): string {
  const { anchor = 'middle', size: pixels = size, colour = ink } = more;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" style="font-size: ${pixels}px" fill="${colour}">${escaped(words)}</text>`;
}

/** A box around a point, with words in it; dashed for what is not there. */
export function box(
  [x, y]: Point,
  [width, height]: Point,
  words: string,
  colour: string,
  gone = false,
): string {
  const dash = gone ? ' stroke-dasharray="5 4"' : '';
  const fill = gone ? '#FFFFFF' : faded(colour, 0.2);
  const stroke = gone ? '#9A9A9A' : colour;
  const rect = `<rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="6" fill="${fill}" stroke="${stroke}" stroke-width="2"${dash}/>`;
  return rect + text([x, y + size / 3], words, { colour: gone ? '#6A6A6A' : ink });
}

/** A circle with a sign in it: where two ways meet. */
export function joint([x, y]: Point, sign: '+' | '×'): string {
  const r = 13;
  const arm = sign === '+' ? 7 : 5;
  const ends = sign === '+' ? [0, arm, arm, 0] : [arm, arm, arm, -arm];
  const [a = 0, b = 0, c = 0, d = 0] = ends;
  const stroke = `stroke="${ink}" stroke-width="2"`;
  return (
    `<circle cx="${x}" cy="${y}" r="${r}" fill="#FFFFFF" ${stroke}/>` +
    `<path d="M${x - a} ${y - b}L${x + a} ${y + b}M${x - c} ${y - d}L${x + c} ${y + d}" ${stroke}/>`
  );
}

/** A line through points. */
export function way(points: readonly Point[], colour: string = ink, dashed = false): string {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const dash = dashed ? ' stroke-dasharray="5 4"' : '';
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"${dash}/>`;
}

/** A line through points with a head at its end. */
export function arrow(points: readonly Point[], colour: string = ink): string {
  const [x, y] = points.at(-1)!;
  const [fromX, fromY] = points.at(-2)!;
  const length = Math.hypot(x - fromX, y - fromY);
  const [ux, uy] = [(x - fromX) / length, (y - fromY) / length];
  const back = (along: number, aside: number) =>
    `${round(x - along * ux - aside * uy)} ${round(y - along * uy + aside * ux)}`;
  const shaft = [...points.slice(0, -1), [x - 6 * ux, y - 6 * uy] as const];
  const head = `<path d="M${x} ${y}L${back(10, 5)}L${back(10, -5)}Z" fill="${colour}"/>`;
  return way(shaft, colour) + head;
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}

function escaped(words: string): string {
  return printable(words).replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
}
