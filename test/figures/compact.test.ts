import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Figure } from '../../lib/figures';
import { compact } from '../../lib/figures/compact';

const figure = (trace: Record<string, unknown>): Figure => ({
  data: [trace],
  layout: { width: 100, height: 100 },
});
const decoded = (packed: unknown) => {
  const { bdata, dtype } = packed as { bdata: string; dtype: string };
  expect(dtype).toBe('f4');
  const bytes = Buffer.from(bdata, 'base64');
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
};

test('a packed matrix decodes to the same numbers at float32, in the same shape', () => {
  const matrix = fc
    .tuple(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 8, max: 12 }))
    .chain(([rows, columns]) => {
      const row = fc.array(fc.float({ noNaN: true }), { minLength: columns, maxLength: columns });
      return fc.array(row, { minLength: rows, maxLength: rows });
    });
  fc.assert(
    fc.property(matrix, (z) => {
      const packed = compact(figure({ z })).data[0]!['z'];
      expect(decoded(packed)).toEqual(z.flat());
      expect(packed).toMatchObject({ shape: `${z.length},${z[0]!.length}` });
    }),
  );
});

test('a long line is packed without a shape', () => {
  const x = Array.from({ length: 50 }, (_, i) => i / 4);
  const packed = compact(figure({ x })).data[0]!['x'];
  expect(packed).not.toHaveProperty('shape');
  expect(decoded(packed)).toEqual(x);
});

test('short arrays, words, ragged rows and integers stay readable; the rest has five digits', () => {
  const x = [1 / 3, 2, 123456, null];
  const labels = Array.from({ length: 40 }, (_, i) => `class ${i}`);
  const ragged = [Array<number>(40).fill(1), [1]];
  const trace = compact(figure({ x, labels, ragged, line: { width: 2.123456 } })).data[0];
  expect(trace).toEqual({ x: [0.33333, 2, 123456, null], labels, ragged, line: { width: 2.1235 } });
});

test('the figure itself is left as it was', () => {
  const z = Array.from({ length: 40 }, () => 1 / 3);
  const original = figure({ z });
  compact(original);
  expect(original).toEqual(figure({ z: Array.from({ length: 40 }, () => 1 / 3) }));
});
