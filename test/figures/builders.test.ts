import { expect, test } from 'vitest';
import {
  bars,
  deviationBand,
  heatmaps,
  lines,
  multiples,
  type HeatmapPanel,
} from '../../lib/figures';
import { summarise } from '../../lib/core/statistics';

const panel = (values: number[][], more: Partial<HeatmapPanel> = {}): HeatmapPanel => ({
  title: 'gates',
  values,
  x: 'unit',
  y: 'layer',
  quantity: 'gate (0-1)',
  scale: 'sequential',
  ...more,
});
const matrix = (rows: number, columns: number) =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => i - j));

test('a difference is centred on zero, an amount spans its extremes, a given range wins', () => {
  const values = [[-1, 3]];
  const [difference, amount, given] = heatmaps('t', [
    panel(values, { scale: 'diverging' }),
    panel(values),
    panel(values, { range: [0, 1] }),
  ]).data;
  expect(difference).toMatchObject({ zmin: -3, zmax: 3 });
  expect(amount).toMatchObject({ zmin: -1, zmax: 3 });
  expect(given).toMatchObject({ zmin: 0, zmax: 1 });
});

test('a panel of equal values still has a colour scale of some length', () => {
  const [same, zero] = heatmaps('t', [
    panel([[1, 1]]),
    panel([[0, 0]], { scale: 'diverging' }),
  ]).data;
  expect(same).toMatchObject({ zmin: 0.5, zmax: 1.5 });
  expect(zero).toMatchObject({ zmin: -1, zmax: 1 });
});

test('the first row is on top and rows and columns count from 1', () => {
  const { data, layout } = heatmaps('t', [panel(matrix(3, 2))]);
  expect(data[0]).toMatchObject({ x0: 1, y0: 1, z: matrix(3, 2) });
  expect(layout['yaxis']).toMatchObject({ range: [3.5, 0.5], title: { text: 'layer' } });
  expect(layout['xaxis']).toMatchObject({ range: [0.5, 2.5], title: { text: 'unit' } });
});

test('each brick has a whole number of pixels, so that none looks wider than its neighbour', () => {
  const { layout } = heatmaps('t', [panel(matrix(49, 50)), panel(matrix(49, 30))]);
  const margin = layout['margin'] as { l: number; r: number; t: number; b: number };
  const plotWidth = layout.width - margin.l - margin.r;
  for (const [axis, columns] of [
    ['xaxis', 50],
    ['xaxis2', 30],
  ] as const) {
    const [from, to] = (layout[axis] as { domain: [number, number] }).domain;
    const brick = ((to - from) * plotWidth) / columns;
    expect(brick).toBeCloseTo(Math.round(brick), 9);
  }
  expect((layout.height - margin.t - margin.b) % 49).toBe(0);
});

test('tensors’ typed rows are taken as well as arrays', () => {
  const typed = heatmaps('t', [panel([], { values: [Float32Array.of(1, 2)] })]);
  expect(typed.data[0]).toMatchObject({ z: [[1, 2]] });
});

test('an empty, ragged or broken panel is an error that names it and the place', () => {
  expect(() => heatmaps('t', [panel([])])).toThrow('The heatmap "gates" has no values.');
  expect(() => heatmaps('t', [panel([[1, 2], [1]])])).toThrow('2 values in row 0 and 1 in row 1');
  expect(() =>
    heatmaps('t', [
      panel(
        [
          [1, 2],
          [1, NaN],
        ],
        { range: [0, 1] },
      ),
    ]),
  ).toThrow('The heatmap "gates" has NaN in row 1, column 1.');
});

test('the band of a line runs from the low to the high end of each interval', () => {
  const y = [summarise([1, 2, 3]), summarise([4, 6, 8])];
  const [band, line] = lines({
    title: 't',
    x: 'x',
    y: 'y',
    series: [{ name: 'a', x: [0, 9], y }],
  }).data;
  expect(line).toMatchObject({ x: [0, 9], y: [2, 6], mode: 'lines+markers' });
  expect(band).toMatchObject({
    x: [0, 9, 9, 0],
    y: [y[0]!.high, y[1]!.high, y[1]!.low, y[0]!.low],
    fill: 'toself',
  });
});

test('one seed has a line but no band', () => {
  const series = [{ name: 'a', x: [0], y: [summarise([1])] }];
  expect(lines({ title: 't', x: 'x', y: 'y', series }).data).toHaveLength(1);
});

test('lines differ by dash as well as by colour, and more than can be told apart are refused', () => {
  const series = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ name: `${i}`, x: [0], y: [summarise([1])] }));
  const styles = lines({ title: 't', x: 'x', y: 'y', series: series(7) }).data.map(
    ({ line }) => line,
  );
  expect(new Set(styles.map((style) => (style as { color: string }).color)).size).toBe(7);
  expect(new Set(styles.slice(0, 6).map((style) => (style as { dash: string }).dash)).size).toBe(6);
  expect(() => lines({ title: 't', x: 'x', y: 'y', series: series(8) })).toThrow('"t" has 8 lines');
});

test('blocks removed are counted, not halved: integer x values have integer ticks', () => {
  const tickStep = (x: number[]) => {
    const series = [{ name: 'a', x, y: x.map(() => summarise([1])) }];
    return (lines({ title: 't', x: 'x', y: 'y', series }).layout['xaxis'] as { dtick?: number })
      .dtick;
  };
  expect(tickStep([0, 1, 2, 4])).toBe(1);
  expect(tickStep([0.1, 0.3, 2])).toBeUndefined();
  expect(tickStep([0, 100])).toBeUndefined();
});

test('a line with a missing mean is refused, not drawn shifted', () => {
  const series = [{ name: 'a', x: [0, 1], y: [summarise([1])] }];
  expect(() => lines({ title: 't', x: 'x', y: 'y', series })).toThrow('2 x values and 1 means');
});

test('a bar is the mean over seeds, with its interval and a point for each seed', () => {
  const figure = bars({
    title: 't',
    x: 'third',
    y: 'share (%)',
    categories: ['first', 'last'],
    series: [{ name: 'trained', values: [[60, 70, 80], [10]] }],
  });
  const [bar, points] = figure.data;
  const { mean, low, high } = summarise([60, 70, 80]);
  expect(bar).toMatchObject({ type: 'bar', y: [mean, 10], error_y: { array: [high - mean, 0] } });
  expect(bar).toMatchObject({ error_y: { symmetric: false, arrayminus: [mean - low, 0] } });
  expect(points).toMatchObject({ x: ['first', 'first', 'first', 'last'], y: [60, 70, 80, 10] });
});

test('bars that are compared have the ends of the axis that they are given, not their own', () => {
  const series = [{ name: 'trained', values: [[60, 70]] }];
  const { layout } = bars({
    title: 't',
    x: 'x',
    y: 'y',
    categories: ['a'],
    series,
    range: [0, 90],
  });
  expect(layout['yaxis']).toMatchObject({ range: [0, 90] });
});

test('bars without a list for each category are refused', () => {
  const series = [{ name: 'trained', values: [[1]] }];
  expect(() => bars({ title: 't', x: 'x', y: 'y', categories: ['a', 'b'], series })).toThrow(
    'The bars "trained" have 1 lists of values for 2 categories.',
  );
});

const band = (low: number, high: number) => ({ mean: (low + high) / 2, low, high, n: 3 });
const percent = { title: 't', x: 'x', y: 'accuracy (%)' };

test('no band and no axis goes past what is possible', () => {
  const series = [{ name: 'a', x: [1, 2], y: [band(80, 110), band(-10, 50)] }];
  const { data, layout } = lines({ ...percent, series, within: [0, 100] });
  expect(data[0]).toMatchObject({ y: [100, 50, 0, 80] });
  expect(layout['yaxis']).toMatchObject({ autorangeoptions: { clipmin: 0, clipmax: 100 } });
  expect(lines({ ...percent, series }).data[0]).toMatchObject({ y: [110, 50, -10, 80] });
});

test('the whisker of a bar ends where shares end', () => {
  const values = [[92, 99, 99.5]];
  const series = [{ name: 'a', values }];
  const spec = { ...percent, categories: ['first'], series };
  const [bar] = bars({ ...spec, within: [0, 100] }).data;
  const { array } = bar!['error_y'] as { array: number[] };
  const [mean] = bar!['y'] as number[];
  expect(mean! + array[0]!).toBeLessThan(100);
});

test('no line and no band is drawn across the boundary of two stages', () => {
  const y = [band(0, 2), band(0, 4), band(0, 6)];
  const series = [{ name: 'a', x: [1, 2, 3], y, stage: [0, 0, 1] }];
  const [area, line] = lines({ ...percent, series }).data;
  expect(line).toMatchObject({ x: [1, 2, null, 3], y: [1, 2, null, 3] });
  expect(area).toMatchObject({ x: [1, 2, 2, 1, null, 3, 3], y: [2, 4, 0, 0, null, 6, 0] });
  const short = [{ ...series[0]!, stage: [0] }];
  expect(() => lines({ ...percent, series: short })).toThrow('3 x values and 1 stages');
});

test('points that can be counted have markers, many have none', () => {
  const mode = (n: number) => {
    const x = Array.from({ length: n }, (_, i) => i);
    return lines({ ...percent, series: [{ name: 'a', x, y: x.map(() => band(0, 1)) }] }).data[1]![
      'mode'
    ];
  };
  expect(mode(4)).toBe('lines+markers');
  expect(mode(50)).toBe('lines');
});

test('a figure that is compared with another keeps the range it is given', () => {
  const series = [{ name: 'a', x: [1, 2], y: [band(1, 2), band(1, 2)] }];
  expect(lines({ ...percent, series, range: [0, 15] }).layout['yaxis']).toMatchObject({
    range: [0, 15],
  });
  const log = lines({ ...percent, series, range: [1, 100], logY: true }).layout['yaxis'];
  expect(log).toMatchObject({ type: 'log', range: [0, 2] });
});

test('what bands are is said with the figure: seeds, one seed, or what the caller knows', () => {
  const note = (y: { mean: number; low: number; high: number; n?: number }[], bands?: string) =>
    lines({ ...percent, bands, series: [{ name: 'a', x: y.map((_, i) => i), y }] }).note;
  expect(note([band(0, 1), band(0, 1)])).toBe(
    'Lines are means over 3 seeds, bands their 95 % intervals.',
  );
  expect(note([band(0, 1), { ...band(0, 1), n: 5 }])).toContain('up to 5 seeds');
  expect(note([summarise([1])])).toBe('One seed, so there are no bands.');
  expect(note([deviationBand(1, 2)], 'one standard deviation')).toBe(
    'Bands are one standard deviation.',
  );
});

test('panels share one vertical scale, look alike by name, and are named once in the legend', () => {
  const series = [{ name: 'a', x: [1], y: [deviationBand(1, 3)] }];
  const other = { name: 'b', x: [1], y: [deviationBand(1, 3)] };
  const panels = [
    { title: 'stage 1', series },
    { title: 'stage 2', series: [other, ...series] },
  ];
  const { data, layout } = multiples({ ...percent, panels });
  expect(layout['yaxis']).not.toHaveProperty('matches');
  expect(layout['yaxis2']).toMatchObject({ matches: 'y', showticklabels: false });
  const named = data.filter(({ showlegend }) => showlegend).map(({ name }) => name);
  expect(named).toEqual(['a', 'b']);
  const colours = data
    .filter(({ name }) => name === 'a')
    .map(({ line }) => (line as { color: string }).color);
  expect(new Set(colours).size).toBe(1);
  expect(data[0]).toMatchObject({ y: [4, -2], xaxis: 'x', yaxis: 'y' });
  expect(multiples({ ...percent, panels, ownRanges: true }).layout['yaxis2']).not.toHaveProperty(
    'matches',
  );
});

test('multiples without a line, or with more than can be told apart, are refused', () => {
  expect(() => multiples({ ...percent, panels: [] })).toThrow('"t" has no lines.');
  const series = Array.from({ length: 8 }, (_, i) => ({ name: `${i}`, x: [1], y: [band(0, 1)] }));
  expect(() => multiples({ ...percent, panels: [{ title: '', series }] })).toThrow(
    '"t" has 8 lines',
  );
});
