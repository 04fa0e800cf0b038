import { expect, test } from 'vitest';
import { classJourney, stateJourney } from '../../lib/figures';

const probabilities = [
  [0.4, 0.3, 0.3],
  [0.1, 0.6, 0.3],
  [0.0, 0.2, 0.8],
];
const spec = {
  title: 'One digit',
  classes: ['zero', 'one', 'two'],
  truth: 2,
  panels: [{ title: 'trained', probabilities }],
};

test('the true class and the strongest other one stand out, and block 0 is the stem', () => {
  const { data, note } = classJourney(spec);
  expect(data.map(({ name, y }) => [name, y])).toEqual([
    ['zero', [0.4, 0.1, 0]],
    ['true class: two', [0.3, 0.3, 0.8]],
    ['strongest other class', [0.3, 0.6, 0.2]],
  ]);
  expect(data[0]).toMatchObject({ showlegend: false, x: [0, 1, 2] });
  expect(note).toContain('One sample, a “two”');
});

test('a path starts at 0, ends at 1 on the line, and shows how far it strays', () => {
  const states = [
    [0, 0],
    [1, 1],
    [2, 0],
  ];
  const panels = [{ title: 'trained', paths: [{ name: 'a', states }] }];
  const { data } = stateJourney({ title: 'Paths', panels });
  expect(data).toHaveLength(1);
  expect(data[0]).toMatchObject({ x: [0, 0.5, 1], y: [0, 0.5, 0], mode: 'lines+markers' });
});
