import { fontFamily } from './theme';

/** A rectangle as the DOM gives it. */
export interface Box {
  x: number;
  y: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  width: number;
  height: number;
}

type Point = readonly [x: number, y: number];

const ascent = 0.93;
const lineHeight = 1.17;
const lineSpacing = 1.3;

/**
 * The box around all text in an SVG element, in the coordinates of `frame`, an ancestor or the
 * element itself. jsdom does no layout; Plotly asks for it to place labels and to hide those that do
 * not fit.
 *
 * @param widthOf the width in pixels of a text in a CSS font.
 */
export function textBox(
  element: Element,
  frame: Element | null,
  widthOf: (text: string, font: string) => number,
): Box {
  const texts = element.tagName === 'text' ? [element] : [...element.querySelectorAll('text')];
  const corners = texts
    .filter((text) => (text as SVGElement).style.display !== 'none')
    .flatMap((text) => cornersOf(text as SVGTextElement, frame, widthOf));
  if (corners.length === 0) corners.push([0, 0]);
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [left, right, top, bottom] = [
    Math.min(...xs),
    Math.max(...xs),
    Math.min(...ys),
    Math.max(...ys),
  ];
  const [width, height] = [right - left, bottom - top];
  return { x: left, y: top, left, top, right, bottom, width, height };
}

function cornersOf(
  text: SVGTextElement,
  frame: Element | null,
  widthOf: (text: string, font: string) => number,
): Point[] {
  const { style } = text;
  const size = parseFloat(style.fontSize) || 12;
  const font = `${style.fontWeight || 'normal'} ${size}px ${style.fontFamily || fontFamily}`;
  const tspans = [...text.querySelectorAll('.line')];
  const lines = tspans.length > 0 ? tspans : [text];
  const width = Math.max(...lines.map((line) => widthOf(line.textContent ?? '', font)));
  const height = size * (lineHeight + lineSpacing * (lines.length - 1));
  const anchor = { middle: 0.5, end: 1 }[text.getAttribute('text-anchor') ?? ''] ?? 0;
  const left = Number(text.getAttribute('x')) - anchor * width;
  const shift = parseFloat(text.getAttribute('dy') ?? '') || 0;
  const top = Number(text.getAttribute('y')) + (shift - ascent) * size;
  let corners: Point[] = [
    [left, top],
    [left + width, top],
    [left, top + height],
    [left + width, top + height],
  ];
  for (let node: Element | null = text; node && node !== frame; node = node.parentElement) {
    const transform = node.getAttribute('transform') ?? '';
    corners = corners.map((corner) => moved(corner, transform));
  }
  return corners;
}

/** A point under an SVG transform of translations and rotations, the last one applied first. */
function moved(point: Point, transform: string): Point {
  return [...transform.matchAll(/(translate|rotate)\(([^)]*)\)/g)].reduceRight<Point>(
    ([x, y], [, kind, list]) => {
      const [a = 0, b = 0, c = 0] = list!.split(/[\s,]+/).map(Number);
      if (kind === 'translate') return [x + a, y + b];
      const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
      return [b + (x - b) * cos - (y - c) * sin, c + (x - b) * sin + (y - c) * cos];
    },
    point,
  );
}
