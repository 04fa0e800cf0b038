import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { currentAddon } from '../../../lib/engine/compile/addon';
import { Graph } from '../../../lib/engine/compile/graph';
import { loadNative } from '../../../lib/engine/native';

test('session.h knows the tags of graphs with and without convolutions, or TensorFlow would rewrite them as any other', async () => {
  await loadNative();
  const graph = new Graph(currentAddon()!.binding);
  const without = graph.tag;
  graph.node('convolution', 'Conv2D', []);
  expect(graph.tag).not.toBe(without);
  const header = readFileSync(join('lib', 'engine', 'compile', 'session.h'), 'utf8');
  for (const tag of [without, graph.tag]) expect(header).toContain(`tag == "${tag}"`);
});
