import { expect, test, vi } from 'vitest';
import { bars } from '../../lib/figures';
import { show } from '../../lib/notebook';
import { fakeKernel } from './fakeKernel';

const figure = bars({
  title: 'Shares',
  x: 'third',
  y: 'share (%)',
  categories: ['first'],
  series: [{ name: 'trained', values: [[60, 70]] }],
});

test('a figure is one output with an interactive, a static and a worded face', async () => {
  const messages = fakeKernel();
  await show(figure, 'One bar near 65 %');
  expect(messages).toHaveLength(1);
  const { data, update } = messages[0]!;
  expect(update).toBe(false);
  expect(data['application/vnd.plotly.v1+json']).toMatchObject({ layout: { width: 760 } });
  expect(data['image/svg+xml']).toMatch(/^<svg role="img" aria-label="One bar near 65 %"/);
  expect(data['text/plain']).toBe('One bar near 65 %');
});

test('a figure that is drawn while the next cell starts still goes under its own cell', async () => {
  const own = fakeKernel();
  const drawn = show(figure, 'One bar');
  const next = fakeKernel();
  await drawn;
  expect(own).toHaveLength(1);
  expect(next).toHaveLength(0);
});

test('outside a kernel the words are printed', async () => {
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await show(figure, 'One bar');
  expect(stdout.mock.calls).toEqual([['One bar\n']]);
  stdout.mockRestore();
});

test('a figure without words is refused', async () => {
  await expect(show(figure, ' ')).rejects.toThrow('A figure needs a text alternative');
});
