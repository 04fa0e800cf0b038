import { expect, test } from 'vitest';
import { runCells } from './tslab';

const cells = [
  "import { claim, heatmaps, progress, reportSetup, show } from 'unrolled';",
  `const values = [[0.1, 0.2], [0.3, 0.4]];
const panel = { title: 't', values: values, x: 'unit', y: 'layer', quantity: 'gate', scale: 'sequential' as const };
await show(heatmaps('Gates', [panel]), 'Two gates');`,
  `const bar = progress('training', 2);
await bar.advance(2);
bar.done('trained');`,
  `const made = claim({ id: 'a', statement: 's', quantity: 'q', expect: { below: 1 }, values: [0, 0.1],
  control: { name: 'c', values: [2, 2.1] } });`,
  `const size = { size: 1 };
const dataset = { name: 'glyphs', source: 'generated', checksum: 'abc', train: size, test: size };
reportSetup({ backend: { summary: 'backend: none' }, dataset: dataset, seeds: [1, 2] });`,
];

test('in tslab’s kernel each display arrives under its cell, as one bundle, the caption of a figure after it, and stderr stays empty', async () => {
  const results = await runCells(cells, process.cwd(), { PROFILE: 'quick' });
  expect(results.map(({ status }) => status)).toEqual(cells.map(() => 'ok'));
  const outputs = results.map((result) => result.outputs);
  expect(outputs.flat().filter(({ name }) => name === 'stderr')).toEqual([]);
  const [none, figure, bar, claimed, setup] = outputs;
  expect(none).toEqual([]);
  expect(figure!.map(({ data }) => Object.keys(data!))).toEqual([
    ['application/vnd.plotly.v1+json', 'image/svg+xml', 'text/plain'],
    ['text/markdown', 'text/plain'],
  ]);
  expect(bar!.at(-1)).toMatchObject({ data: { 'text/plain': 'trained' }, update: true });
  expect(claimed).toHaveLength(1);
  expect(claimed![0]!.data).toMatchObject({
    'application/vnd.unrolled.claim+json': { id: 'a', verdict: 'holds', passed: true },
  });
  expect(setup![0]!.text).toMatch(
    /^profile: quick\nbackend: none\nversions: .*tslab 1.*\ndata: glyphs, 1 to train and 1 to test; generated\nchecksum: abc\nseeds: 1, 2\n$/,
  );
});
