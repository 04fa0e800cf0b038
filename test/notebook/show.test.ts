import { expect, test, vi } from 'vitest';
import { bars, blockDrawing, type Figure } from '../../lib/figures';
import { show } from '../../lib/notebook';
import { fakeKernel } from './fakeKernel';

const figure = bars({
  title: 'Shares',
  x: 'third',
  y: 'share (%)',
  categories: ['first'],
  series: [{ name: 'trained', values: [[60, 70]] }],
});

test('a figure is one output with an interactive, a static and a worded face, and a caption', async () => {
  const messages = fakeKernel();
  await show(figure, 'One bar near 65 %', 'Most are on the left.');
  expect(messages).toHaveLength(2);
  const { data, update } = messages[0]!;
  expect(update).toBe(false);
  expect(data['application/vnd.plotly.v1+json']).toMatchObject({ layout: { width: 760 } });
  expect(data['application/vnd.plotly.v1+json']).not.toHaveProperty('note');
  expect(data['image/svg+xml']).toMatch(/^<svg role="img" aria-label="One bar near 65 %"/);
  expect(data['text/plain']).toBe('One bar near 65 %');
  expect(messages[1]!.data['text/markdown']).toBe(
    '*Figure 1: Shares. Most are on the left. Bars are means over seeds, whiskers their 95 % intervals, points the seeds.*',
  );
});

test('figures are counted, and one shown again keeps its number', async () => {
  const messages = fakeKernel();
  const numbers = () =>
    messages.flatMap(({ data }) => /^Figure (\d+)/.exec(data['text/plain'])?.[1] ?? []);
  await show(figure, 'the first');
  await show(blockDrawing(), 'the second');
  await show(figure, 'the first');
  await show(figure, 'another of that title');
  const [first] = numbers().map(Number);
  expect(numbers().map((n) => Number(n) - first!)).toEqual([0, 1, 0, 2]);
});

test('a caption has one mark at the end of its title, also where that asks', async () => {
  const messages = fakeKernel();
  const layout = { ...figure.layout, title: { text: 'Does it fall?' } };
  await show({ ...figure, layout, note: 'A bar.' }, 'One bar');
  expect(messages[1]!.data['text/plain']).toMatch(/^Figure \d+: Does it fall\? A bar\.$/);
});

test('a drawing is shown as it is, with its words', async () => {
  const messages = fakeKernel();
  await show(blockDrawing(), 'Three blocks, "side by side"');
  const plot = messages[0]!.data['application/vnd.plotly.v1+json'] as Figure;
  expect(plot.layout).toMatchObject({ width: 760, height: 412 });
  const [{ source }] = plot.layout['images'] as [{ source: string }];
  expect(Buffer.from(source.split(',')[1]!, 'base64').toString()).toBe(blockDrawing().svg);
  expect(messages[0]!.data['image/svg+xml']).toMatch(
    /^<svg role="img" aria-label="Three blocks, &#34;side by side&#34;"/,
  );
});

test('a figure that is drawn while the next cell starts still goes under its own cell', async () => {
  const own = fakeKernel();
  const drawn = show(figure, 'One bar');
  const next = fakeKernel();
  await drawn;
  expect(own).toHaveLength(2);
  expect(next).toHaveLength(0);
});

test('outside a kernel the words are printed', async () => {
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await show(figure, 'One bar');
  expect(stdout.mock.calls.map(([text]) => text)).toEqual([
    'One bar\n',
    expect.stringMatching(/^Figure \d+: Shares\. .*\n$/),
  ]);
  stdout.mockRestore();
});

test('a figure without words is refused', async () => {
  await expect(show(figure, ' ')).rejects.toThrow('A figure needs a text alternative');
});

test('a title with $ or * is shown as it is written, under the figure too', async () => {
  const messages = fakeKernel();
  const layout = { ...figure.layout, title: { text: 'from $5 to $6, a*b*c' } };
  await show({ ...figure, layout, note: '' }, 'One bar');
  expect(messages[1]!.data['text/markdown']).toContain('from \\$5 to \\$6, a\\*b\\*c');
  expect(messages[1]!.data['text/plain']).toContain('from $5 to $6, a*b*c');
  expect(messages[0]!.data['application/vnd.plotly.v1+json']).toMatchObject({
    config: { typesetMath: false },
  });
});
