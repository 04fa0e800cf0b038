import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import type { Addon } from '../../../lib/backends/native/addon';
import { Graph } from '../../../lib/backends/native/graph';
import { loadNative } from '../../../lib/backends/native/load';

test('session.h knows the tags of graphs with and without convolutions, or TensorFlow would rewrite them as any other', async () => {
  await loadNative();
  const graph = new Graph((tf.backend() as unknown as Addon).binding);
  const without = graph.tag;
  graph.node('convolution', 'Conv2D', []);
  expect(graph.tag).not.toBe(without);
  const header = readFileSync(join('lib', 'backends', 'native', 'session.h'), 'utf8');
  for (const tag of [without, graph.tag]) expect(header).toContain(`tag == "${tag}"`);
});
