import { createCanvas } from '@napi-rs/canvas';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { Stream } from '../../lib/core/engine';
import {
  bars,
  classJourney,
  deviationBand,
  heatmaps,
  lines,
  multiples,
  stateJourney,
  toSvg,
  type Figure,
} from '../../lib/figures';
import { compact } from '../../lib/figures/compact';
import { textBox, type Box } from '../../lib/figures/textBox';
import { summarise } from '../../lib/core/statistics';

const stream = Stream.of(7);
const matrix = (value: (row: number, column: number) => number) =>
  Array.from({ length: 49 }, (_, i) => Array.from({ length: 50 }, (_, j) => value(i, j)));
const common = { x: 'unit', y: 'highway layer' };
const gate = {
  ...common,
  quantity: 'transform gate (0-1)',
  scale: 'sequential',
  range: [0, 1],
} as const;
const difference = { ...common, quantity: 'difference of gates', scale: 'diverging' } as const;

const gates = heatmaps('Inside a trained 50-layer highway net', [
  {
    ...gate,
    title: 'transform bias',
    values: matrix(() => -2 - stream.uniform()),
    quantity: 'bias',
    range: [-3, -2],
  },
  { ...gate, title: 'mean gate, 1000 images', values: matrix((i) => stream.uniform() / (i + 2)) },
  { ...gate, title: 'gate, one image', values: matrix(() => stream.uniform() ** 8) },
  {
    ...difference,
    title: 'output, one image',
    values: matrix((_, j) => Math.sin(j)),
    quantity: 'activation',
  },
]);
const routing = heatmaps('Routing by class', [
  { ...difference, title: 'digit 0', values: matrix((i) => stream.normal() / (i + 1)) },
  { ...difference, title: 'digit 7', values: matrix((i) => stream.normal() / (i + 1)) },
]);
const layers = Array.from({ length: 49 }, (_, i) => i + 2);
const change = lines({
  title: 'Change of the output, layer by layer',
  x: 'highway layer',
  y: 'mean change (activation)',
  series: ['highway', 'residual', 'untrained highway'].map((name, k) => ({
    name,
    x: layers,
    y: layers.map((layer) => summarise([1, 2, 3].map((seed) => (seed + k) / layer))),
  })),
});
const loss = lines({
  title: 'Training loss',
  x: 'step',
  y: 'cross-entropy (nats)',
  logY: true,
  series: [
    { name: 'plain', x: [0, 10, 20], y: [2, 0.2, 0.002].map((value) => summarise([value, value])) },
  ],
});
const thirds = bars({
  title: 'Where the output changes',
  x: 'third of the layers',
  y: 'share of the change (%)',
  categories: ['first', 'middle', 'last'],
  series: [
    {
      name: 'trained',
      values: [
        [60, 70, 65],
        [25, 20, 22],
        [15, 10, 13],
      ],
    },
    {
      name: 'untrained',
      values: [
        [34, 33, 35],
        [33, 33, 32],
        [33, 34, 33],
      ],
    },
  ],
  reference: { name: 'equal shares', value: 33.3 },
});
const kinds = ['trained', 'untrained', 'plain'];
const byStage = multiples({
  title: 'Estimation error by stage',
  x: 'block',
  y: 'error (units)',
  bands: 'one standard deviation',
  reference: { name: 'no error', value: 0 },
  panels: kinds.flatMap((kind) =>
    [1, 2, 3].map((stage) => ({
      title: `${kind}, stage ${stage}`,
      series: [
        {
          name: 'residual',
          x: [1, 2, 3, 4],
          y: [1, 2, 3, 4].map((block) => deviationBand(0.1 * stage, (5 - block) / 2)),
        },
      ],
    })),
  ),
});
const digits = Array.from({ length: 10 }, (_, digit) => `${digit}`);
const blocks = Array.from({ length: 21 }, (_, block) => block);
const chances = classJourney({
  title: 'One digit on its way',
  classes: digits,
  truth: 3,
  panels: kinds.map((title) => ({
    title,
    probabilities: blocks.map((block) => digits.map((_, c) => (c === 3 ? block / 20 : 0.01 * c))),
  })),
});
const paths = stateJourney({
  title: 'Three digits on their way to the end',
  panels: kinds.map((title) => ({
    title,
    paths: ['a 3', 'a 7', 'an 8'].map((name) => ({
      name,
      states: blocks.map((block) => [block, stream.normal(), stream.normal()]),
    })),
  })),
});
const everyNet = ['residual', 'residual, untrained', 'plain', 'highway', 'highway, untrained'];
const crowd = everyNet.map((name) => ({
  name,
  x: [1, 2, 3],
  y: [1, 2, 3].map((x) => summarise([x, x + 1])),
}));
const named = { x: 'block', y: 'cosine', reference: { name: 'no matter for the loss', value: 0 } };
const crowded = lines({ ...named, title: 'Two rows of names above a plot', series: crowd });
const crowdedPanels = multiples({
  ...named,
  title: 'Two rows of names above panels',
  panels: ['whole', 'part'].map((title) => ({ title, series: crowd })),
});
const figures: [string, Figure, string[]][] = [
  ['many names', crowded, ['highway, untrained', 'no matter for the loss']],
  ['many names above panels', crowdedPanels, ['highway, untrained', 'no matter for the loss']],
  ['a panel a stage', byStage, ['trained, stage 1', 'plain, stage 3', 'no error', 'error (units)']],
  ['class probabilities', chances, ['true class: 3', 'strongest other class', 'probability']],
  ['paths of states', paths, ['share of the way to the end', 'a 7', 'plain']],
  [
    'four heatmaps',
    gates,
    ['transform bias', 'gate, one image', 'unit', 'highway layer', 'activation', '50'],
  ],
  ['two differences', routing, ['digit 0', 'digit 7', 'difference of gates']],
  ['lines with bands', change, ['untrained highway', 'mean change (activation)', 'highway layer']],
  ['a logarithmic axis', loss, ['cross-entropy (nats)', '0.01', '0.1', '1']],
  ['bars', thirds, ['trained', 'middle', 'equal shares', 'share of the change (%)', '60']],
];

const pen = createCanvas(1, 1).getContext('2d');
const widthOf = (text: string, font: string) => {
  pen.font = font;
  return pen.measureText(text).width;
};
const parsed = (svg: string) => new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document;
const texts = (svg: string) =>
  [...parsed(svg).querySelectorAll('text')].filter((text) => text.style.display !== 'none');
const apart = (a: Box, b: Box) =>
  a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;

describe.for(figures)('the picture of %s', ([, figure, words]) => {
  test('is well-formed XML and needs nothing from outside', async () => {
    const svg = await toSvg(figure, 'a picture');
    expect(parsed(svg).documentElement.tagName).toBe('svg');
    expect(svg).not.toMatch(/<script|<foreignObject|@import|NaN|Infinity/);
    const links = [...svg.matchAll(/(?:href|src)="([^"]*)"|url\(([^)]*)\)/g)].map(
      ([, a, b]) => a ?? b,
    );
    for (const link of links) expect(link).toMatch(/^(data:image\/png;base64,|#)/);
  });

  test('shows title, names of axes and ticks', async () => {
    const svg = await toSvg(figure, 'a picture');
    const shown = texts(svg).map((text) => text.textContent);
    expect(shown).toEqual(
      expect.arrayContaining([(figure.layout['title'] as { text: string }).text, ...words]),
    );
  });

  test('has no text that is cut off or lies over another', async () => {
    const all = texts(await toSvg(figure, 'a picture'));
    const boxes = all.map((text) => textBox(text, null, widthOf));
    const { width, height } = figure.layout;
    for (const [i, box] of boxes.entries()) {
      const text = all[i]!.textContent;
      expect(box.left, text).toBeGreaterThanOrEqual(0);
      expect(box.top, text).toBeGreaterThanOrEqual(0);
      expect(box.right, text).toBeLessThanOrEqual(width);
      expect(box.bottom, text).toBeLessThanOrEqual(height);
      const over = boxes.findIndex((other, j) => j < i && !apart(box, other));
      expect(over, `"${text}" lies over "${all[over]?.textContent}"`).toBe(-1);
    }
  });

  test('is legible at half size: no text under 14 px', async () => {
    for (const text of texts(await toSvg(figure, 'a picture'))) {
      expect(parseFloat(text.style.fontSize), text.textContent).toBeGreaterThanOrEqual(14);
    }
  });

  test('fits in a notebook: under 100 KB, and its Plotly JSON under 70', async () => {
    const small = compact(figure);
    expect((await toSvg(small, 'a picture')).length).toBeLessThan(100_000);
    expect(JSON.stringify(small, undefined, 1).length).toBeLessThan(70_000);
  });
});

test('the same figure gives the same bytes, whatever was drawn before', async () => {
  const first = await toSvg(thirds, 'a picture');
  await toSvg(loss, 'a picture');
  expect(await toSvg(thirds, 'a picture')).toBe(first);
});

test('two figures on one page share no id, so that neither is clipped by the other', async () => {
  const ids = async (figure: Figure) =>
    [...(await toSvg(figure, 'a picture')).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!);
  const [a, b] = [await ids(change), await ids(thirds)];
  expect(a.length).toBeGreaterThan(0);
  expect(a.filter((id) => b.includes(id))).toEqual([]);
});

test('figures asked for at the same time come out as one after the other', async () => {
  const [a, b] = await Promise.all([toSvg(loss, 'a picture'), toSvg(thirds, 'a picture')]);
  expect(a).toBe(await toSvg(loss, 'a picture'));
  expect(b).toBe(await toSvg(thirds, 'a picture'));
});

test('drawing leaves the figure as it was', async () => {
  const before = JSON.stringify(compact(gates));
  const small = compact(gates);
  await toSvg(small, 'a picture');
  expect(JSON.stringify(small)).toBe(before);
});

test('the packed numbers draw the same picture', async () => {
  const values = matrix((i, j) => Math.fround(Math.sin(i * j)));
  const figure = heatmaps('Waves', [{ ...difference, title: 'sine', values }]);
  const colours = (svg: string) => svg.match(/data:image\/png;base64,[^"]*/g);
  expect(colours(await toSvg(compact(figure), 'p'))).toEqual(colours(await toSvg(figure, 'p')));
});

test('the description is there for screen readers, with its quotes and angles escaped', async () => {
  const svg = await toSvg(loss, 'loss < 1 & "falling"');
  const root = parsed(svg).documentElement;
  expect(root.getAttribute('role')).toBe('img');
  expect(root.getAttribute('aria-label')).toBe('loss < 1 & "falling"');
});

test('the paper is opaque white, so that it reads in dark mode', async () => {
  expect(await toSvg(loss, 'p')).toMatch(/<rect [^>]*style="fill:#ffffff"/);
});

test('nothing is left in the picture that no one sees', async () => {
  const svg = await toSvg(byStage, 'p');
  const page = parsed(svg);
  expect([...page.querySelectorAll('g, text, defs')].filter((g) => !g.firstChild)).toEqual([]);
  expect([...page.querySelectorAll('path')].filter((path) => !path.getAttribute('d'))).toEqual([]);
  for (const clip of page.querySelectorAll('clipPath')) expect(svg).toContain(`url(#${clip.id})`);
  expect(svg).not.toMatch(/ class="|\d\.\d{3}| style=""/);
});

test('each marker of a line is there, where Plotly put it', async () => {
  const x = [1, 2, 4, 5];
  const y = x.map((value) => summarise([value]));
  const figure = lines({ title: 'A line', x: 'x', y: 'y', series: [{ name: 'a', x, y }] });
  const page = parsed(await toSvg(figure, 'p'));
  const first = page.querySelector('path[d*="A4,4"]')!;
  const uses = [...page.querySelectorAll(`use[href="#${first.id}"]`)];
  expect(uses.length).toBe(3);
  const start = /translate\(([\d.]+),([\d.]+)\)/.exec(first.getAttribute('transform')!)!;
  const at = [0, ...uses.map((use) => Number(use.getAttribute('x')))];
  expect(at[3]! / at[1]!).toBeCloseTo(4, 1);
  const heights = uses.map((use) => Number(use.getAttribute('y')));
  expect(heights[2]! / heights[0]!).toBeCloseTo(4, 1);
  const line = page.querySelector('path[d^="M"][style*="fill:none"][style*="2.5px"]')!;
  const ends = line.getAttribute('d')!.match(/[\d.]+,[\d.]+/g)!;
  expect(ends[0]).toBe(`${start[1]},${start[2]}`);
  const end = [Number(start[1]) + at[3]!, Number(start[2]) + heights[2]!];
  expect(ends.at(-1)!.split(',').map(Number)[0]).toBeCloseTo(end[0]!, 1);
  expect(ends.at(-1)!.split(',').map(Number)[1]).toBeCloseTo(end[1]!, 1);
});
