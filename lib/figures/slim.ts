import type { DOMWindow } from 'jsdom';
import { fontFamily } from './theme';

/** What a style says that would be so anyway. */
const implied = [
  'opacity:1',
  'fill-opacity:1',
  'stroke-opacity:1',
  'stroke-miterlimit:2',
  'vector-effect:none',
  `font-family:${fontFamily}`,
];
const numeric = ['transform', 'd', 'x', 'y', 'width', 'height'];

/**
 * The SVG that Plotly drew, without what no one sees: empty groups, clips that nothing uses, the
 * outlines of bands, which have no width, classes that no style sheet names, and what styles say that is
 * so anyway. Numbers have two decimals, and equal markers in a row are drawn once and then used.
 * It looks the same in half the space.
 */
export function slim(svg: string, window: DOMWindow): string {
  const page = new window.DOMParser().parseFromString(svg, 'image/svg+xml');
  const root = page.documentElement;
  const all = () => [...root.querySelectorAll('*')];
  for (const element of [root, ...all()]) {
    if (element.tagName !== 'tspan') element.removeAttribute('class');
    shorten(element);
    for (const name of numeric) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace(/\d+\.\d{3,}/g, decimals));
    }
  }
  root.setAttribute('style', `font-family:${fontFamily}`);
  for (const path of root.querySelectorAll('path')) if (!seen(path)) path.remove();
  const used = new Set([...svg.matchAll(/url\(["']?#([^"')]+)/g)].map(([, id]) => id));
  for (const clip of root.querySelectorAll('clipPath')) if (!used.has(clip.id)) clip.remove();
  for (const element of all().reverse()) {
    if (/^(g|text|defs)$/.test(element.tagName) && element.childNodes.length === 0)
      element.remove();
  }
  const name = (/clip[0-9a-f]+?(?=x)/.exec(svg) ?? ['mark'])[0];
  [...root.querySelectorAll('g')].forEach((group, i) => reuse(group, `${name}m${i}`));
  return new window.XMLSerializer().serializeToString(root);
}

const decimals = (number: string) => String(Math.round(Number(number) * 100) / 100);

/** The style without spaces, without what is implied, with colours as #rrggbb. */
function shorten(element: Element): void {
  const style = element.getAttribute('style');
  if (style === null) return;
  const colour = (_: string, ...parts: string[]) =>
    `#${parts
      .slice(0, 3)
      .map((part) => Number(part).toString(16).padStart(2, '0'))
      .join('')}`;
  const entries = style
    .replace(/rgb\((\d+), ?(\d+), ?(\d+)\)/g, colour)
    .split(/;\s*/)
    .map((entry) => entry.replace(/:\s+/, ':'))
    .filter((entry) => entry && !implied.includes(entry));
  const flat = entries.some((entry) => /^stroke-width:0(px)?$/.test(entry));
  const words = element.textContent ?? '';
  const spaced = /^\s|\s\s|\s$/.test(words);
  const needed = spaced ? entries : entries.filter((entry) => entry !== 'white-space:pre');
  const kept = flat ? needed.filter((entry) => !entry.startsWith('stroke')) : needed;
  if (kept.length > 0) element.setAttribute('style', kept.join(';'));
  else element.removeAttribute('style');
}

/** Whether a path has a way to go, and a line or an area to show. */
function seen(path: Element): boolean {
  const style = path.getAttribute('style') ?? '';
  const blank = style.includes('fill:none') && !/stroke:(?!none)/.test(style);
  return Boolean(path.getAttribute('d')) && !blank;
}

/** Draws paths of one shape and style in a group once, at their first place, and refers to that for the rest. */
function reuse(group: Element, id: string): void {
  const kinds = new Map<string, { path: Element; x: number; y: number }[]>();
  for (const path of group.children) {
    const place = /^translate\(([-\d.]+),([-\d.]+)\)$/.exec(path.getAttribute('transform') ?? '');
    if (path.tagName !== 'path' || path.attributes.length !== 3 || !place) continue;
    const kind = `${path.getAttribute('d')} ${path.getAttribute('style')}`;
    const alike = kinds.get(kind) ?? [];
    kinds.set(kind, [...alike, { path, x: Number(place[1]), y: Number(place[2]) }]);
  }
  [...kinds.values()].forEach(([first, ...rest], i) => {
    if (rest.length < 2) return;
    const own = `${id}${'abc'[i] ?? i}`;
    first!.path.setAttribute('id', own);
    for (const { path, x, y } of rest) {
      const use = group.ownerDocument.createElementNS('http://www.w3.org/2000/svg', 'use');
      use.setAttribute('href', `#${own}`);
      use.setAttribute('x', decimals(String(x - first!.x)));
      use.setAttribute('y', decimals(String(y - first!.y)));
      path.replaceWith(use);
    }
  });
}
