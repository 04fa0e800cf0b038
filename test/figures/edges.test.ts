import { JSDOM } from 'jsdom';
import { describe, expect, it, vi } from 'vitest';
import { heatmaps, lines, multiples, toSvg, type Figure, type LineSeries } from '../../lib/figures';
import { text } from '../../lib/figures/drawings/pen';
import { described } from '../../lib/figures/static';

const { DOMParser } = new JSDOM('').window;

/** The texts of an SVG that is well-formed. */
function textsOf(svg: string): (string | null)[] {
  const page = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(page.querySelector('parsererror')).toBeNull();
  return [...page.querySelectorAll('text')].map((element) => element.textContent);
}

const line = (bands: [low: number, mean: number, high: number][]): LineSeries => ({
  name: 'a',
  x: bands.map((_, i) => i),
  y: bands.map(([low, mean, high]) => ({ low, mean, high, n: 5 })),
});
const log = (...bands: [number, number, number][]) =>
  lines({ title: 't', x: 'x', y: 'y', series: [line(bands)], logY: true });

describe('a title is no pattern', () => {
  it.each(["$'", '$&', '$$', '$`', '$1', '$\\alpha$', 'from $5 to $6', 'a < b', 'x & y'])(
    '%s is drawn as it is',
    async (title) => {
      const trace = vi.spyOn(console, 'error').mockImplementation(() => {});
      const svg = await toSvg(lines({ title, x: 'x', y: 'y', series: [line([[1, 2, 3]])] }), title);
      expect(textsOf(svg)).toContain(title);
      const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
      expect(root.getAttribute('aria-label')).toBe(title);
      expect(trace).not.toHaveBeenCalled();
      trace.mockRestore();
    },
  );

  it.each([
    ['a control character', 'ring\u0007'],
    ['half a surrogate pair', 'half \ud83d'],
    ['a noncharacter', 'no\uffff'],
  ])('%s leaves the SVG valid', async (_, title) => {
    const shown = title.replace(/.$/u, '\ufffd');
    const svg = await toSvg(lines({ title, x: 'x', y: 'y', series: [line([[1, 2, 3]])] }), title);
    expect(textsOf(svg)).toContain(shown);
    const drawn = `<svg xmlns="http://www.w3.org/2000/svg">${text([0, 0], title)}</svg>`;
    expect(textsOf(described(drawn, title))).toContain(shown);
  });
});

describe('a logarithmic axis', () => {
  const ticks = async (figure: Figure) =>
    textsOf(await toSvg(figure, 'd')).filter((words) => /^[\d.]+|^10/.test(words ?? ''));
  const onY = async (figure: Figure) => (await ticks(figure)).length - 2;

  it.each<[string, [number, number, number][]]>([
    [
      'within one decade',
      [
        [2.2, 2.5, 3],
        [4, 5, 6],
      ],
    ],
    [
      'within a small part of one',
      [
        [2.31, 2.32, 2.33],
        [2.34, 2.35, 2.36],
      ],
    ],
    [
      'around one power of ten',
      [
        [7, 8, 9],
        [11, 12, 13],
      ],
    ],
    [
      'of one value',
      [
        [5, 5, 5],
        [5, 5, 5],
      ],
    ],
  ])('has two ticks or more %s', async (_, bands) => {
    expect(await onY(log(...bands))).toBeGreaterThanOrEqual(2);
  });

  it('has its ticks at powers of ten over several decades', () => {
    expect(log([1, 2, 3], [900, 1000, 1100]).layout['yaxis']).toMatchObject({ dtick: 1 });
  });

  it('draws an interval that reaches zero, down to its end, and is not stretched by it', async () => {
    for (const low of [0, -3]) {
      const figure = log([low, 2, 5], [1, 3, 6]);
      const [band] = figure.data as { y: number[] }[];
      expect(band!.y.every((value) => value > 0)).toBe(true);
      const { range } = figure.layout['yaxis'] as { range: [number, number] };
      expect(Math.min(...band!.y)).toBeLessThan(10 ** range[0]);
      expect(range[0]).toBeGreaterThan(Math.log10(1) - 0.2);
      const svg = await toSvg(figure, 'd');
      expect(svg).not.toContain('NaN');
      expect(svg).toMatch(/fill:#0072b2|fill:#0072B2/);
    }
  });

  it('of small multiples does the same in every panel', () => {
    const panels = [
      [0, 2, 5],
      [1, 3, 6],
    ].map((band) => ({
      title: 'p',
      series: [line([band as [number, number, number]])],
    }));
    const figure = multiples({ title: 't', x: 'x', y: 'y', panels, logY: true });
    const drawn = (figure.data as { y: number[] }[]).flatMap(({ y }) => y);
    expect(drawn.every((value) => value > 0)).toBe(true);
    expect(figure.layout['yaxis2']).toMatchObject({
      range: (figure.layout['yaxis'] as { range: number[] }).range,
    });
  });
});

it('no heatmaps, no panels and no lines are refused in a sentence that has the title', () => {
  expect(() => heatmaps('Gates', [])).toThrow('"Gates" has no heatmaps.');
  expect(() => multiples({ title: 'Gates', x: 'x', y: 'y', panels: [] })).toThrow(
    '"Gates" has no lines.',
  );
  expect(() => lines({ title: 'Gates', x: 'x', y: 'y', series: [] })).toThrow(
    '"Gates" has no lines.',
  );
});
