import { readFileSync } from 'node:fs';
import type { Canvas } from '@napi-rs/canvas';
import type { DOMWindow } from 'jsdom';
import { Stream } from 'unrolled-core';
import type { Figure } from './figure';
import { printable } from './printable';
import { slim } from './slim';
import { textBox } from './textBox';

type Plotly = { toImage(figure: Figure, options: Record<string, unknown>): Promise<string> };

/** No text is TeX, `$` or not. */
export const config = { typesetMath: false };

let browserless: Promise<{ window: DOMWindow; plotly: Plotly }> | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * The figure as a static, self-contained SVG document, drawn by Plotly itself in a jsdom window,
 * without a browser. The same figure gives the same bytes, and two figures share no id, so that
 * several fit on one page. The first call loads Plotly, which takes about two seconds.
 *
 * @param description what the picture shows, for those who do not see it.
 */
export function toSvg(figure: Figure, description: string): Promise<string> {
  const svg = queue.then(() => draw(figure, description));
  queue = svg.catch(() => undefined);
  return svg;
}

async function draw(figure: Figure, description: string): Promise<string> {
  const { window, plotly } = await (browserless ??= start());
  const json = JSON.stringify(figure);
  const stream = Stream.of(0).fork(json);
  window.Math.random = () => stream.uniform();
  const whole = (_: string, value: unknown) =>
    typeof value === 'string' ? printable(value) : value;
  const copy = { ...(window.JSON.parse(json, whole) as Figure), config };
  const { width, height } = figure.layout;
  const svg = await plotly.toImage(copy, { format: 'svg', width, height, imageDataOnly: true });
  return described(slim(svg, window), description);
}

/** The SVG with a description for those who do not see it. */
export function described(svg: string, description: string): string {
  const label = printable(description).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  return svg.replace('<svg ', () => `<svg role="img" aria-label="${label}" `);
}

async function start() {
  const { JSDOM } = await import('jsdom');
  const { createCanvas } = await import('@napi-rs/canvas');
  const { window } = new JSDOM('', { pretendToBeVisual: true, runScripts: 'outside-only' });
  Object.assign(window, { TextDecoder, TextEncoder });
  window.CSS = { supports: () => false };
  window.URL.createObjectURL = () => '';

  const canvases = new WeakMap<HTMLCanvasElement, Canvas>();
  const canvasOf = (element: HTMLCanvasElement) => {
    const canvas = canvases.get(element) ?? createCanvas(element.width, element.height);
    canvases.set(element, canvas);
    return canvas;
  };
  const pen = createCanvas(1, 1).getContext('2d');
  const widthOf = (text: string, font: string) => {
    pen.font = font;
    return pen.measureText(text).width;
  };

  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: HTMLCanvasElement) {
      return canvasOf(this).getContext('2d');
    },
    toDataURL(this: HTMLCanvasElement) {
      return canvasOf(this).toDataURL('image/png');
    },
  });
  Object.assign(window.SVGElement.prototype, {
    getBoundingClientRect(this: SVGElement) {
      return textBox(this, null, widthOf);
    },
    getBBox(this: SVGElement) {
      return textBox(this, this, widthOf);
    },
  });
  window.eval(readFileSync(require.resolve('plotly.js-dist'), 'utf8'));
  return { window, plotly: (window as unknown as { Plotly: Plotly }).Plotly };
}
