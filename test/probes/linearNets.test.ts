import { describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { linearNetLoss, linearNetSpectrum, singularValues } from '../../lib/core/probes';

type Rows = number[][];

const size = 3;
const stream = Stream.of(1);
const matrix = (deviation: number): Rows =>
  Array.from({ length: size }, () =>
    Array.from({ length: size }, () => stream.normal(0, deviation)),
  );
const zeros = (): Rows => Array.from({ length: size }, () => new Array<number>(size).fill(0));
const eye = (): Rows => zeros().map((row, i) => row.map((_, j) => Number(i === j)));
const times = (a: Rows, b: Rows): Rows =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, v, k) => sum + v * b[k]![j]!, 0)));
const plus = (a: Rows, b: Rows): Rows => a.map((row, i) => row.map((v, j) => v + b[i]![j]!));

/** |P - A|^2 / 2 from the definition, layer by layer. */
function lossOf(weights: readonly Rows[], span: number, target: Rows): number {
  const length = span || 1;
  let state = eye();
  for (let b = 0; b < weights.length / length; b++) {
    const branch = weights
      .slice(b * length, (b + 1) * length)
      .reduce<Rows>((h, W) => times(W, h), state);
    state = span ? plus(state, branch) : branch;
  }
  const squares = state.flatMap((row, i) => row.map((v, j) => (v - target[i]![j]!) ** 2));
  return squares.reduce((sum, v) => sum + v, 0) / 2;
}

describe.each([0, 1, 2, 3])('a linear net with shortcuts over %i layers', (span) => {
  const weights = Array.from({ length: 6 }, () => matrix(0.4));
  const target = matrix(1);

  it('has the loss of its definition, and the gradient that differences of it give', () => {
    const { loss, gradients } = linearNetLoss({ weights, span }, target);
    expect(loss).toBeCloseTo(lossOf(weights, span, target), 10);
    weights.forEach((W, layer) =>
      W.forEach((row, i) =>
        row.forEach((value, j) => {
          const [above, below] = [1e-5, -1e-5].map((by) => {
            row[j] = value + by;
            return lossOf(weights, span, target);
          });
          row[j] = value;
          expect(gradients[layer]![i]![j]).toBeCloseTo((above! - below!) / 2e-5, 6);
        }),
      ),
    );
  });

  it('has a Hessian whose trace is the sum of the second differences of its loss', () => {
    const spectrum = linearNetSpectrum({ weights, span }, target);
    const here = lossOf(weights, span, target);
    let trace = 0;
    for (const row of weights.flat()) {
      row.forEach((value, j) => {
        const [above, below] = [1e-3, -1e-3].map((by) => {
          row[j] = value + by;
          return lossOf(weights, span, target);
        });
        row[j] = value;
        trace += (above! + below! - 2 * here) / 1e-6;
      });
    }
    const sum = spectrum.reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - trace) / (1 + Math.abs(trace))).toBeLessThan(1e-4);
    expect(spectrum).toHaveLength(6 * size * size);
  });
});

it('at zero, the Hessian over two layers has the singular values of I - A with both signs', () => {
  const target = matrix(1);
  const off = plus(
    eye(),
    target.map((row) => row.map((v) => -v)),
  );
  const expected = singularValues(off).flatMap((value) => [value, -value]);
  for (const blocks of [1, 3]) {
    const weights = Array.from({ length: 2 * blocks }, zeros);
    const spectrum = linearNetSpectrum({ weights, span: 2 }, target);
    const all = expected.flatMap((value) => new Array<number>(size * blocks).fill(value));
    all.sort((a, b) => a - b).forEach((value, i) => expect(spectrum[i]).toBeCloseTo(value, 7));
  }
});

it('says which shortcuts do not make whole blocks', () => {
  const weights = [zeros(), zeros(), zeros()];
  expect(() => linearNetLoss({ weights, span: 2 }, eye())).toThrow(
    'over 2 layers do not make whole blocks of 3 layers',
  );
});
