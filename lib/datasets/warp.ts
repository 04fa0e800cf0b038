import type { Stream } from 'unrolled-core';

/**
 * A seeded, smooth scalar field: bicubic (uniform B-spline) interpolation of independent uniform
 * values in [-1, 1) on a square lattice.
 *
 * Only +, -, * and / are used, which IEEE 754 rounds the same way on every machine; sin, cos and
 * exp may differ in the last bit from one JavaScript engine to the next.
 */
export class Field {
  private readonly lattice: Float64Array;
  private readonly side: number;

  /** @param cells number of lattice cells along each axis of the unit square. */
  constructor(
    stream: Stream,
    private readonly cells: number,
  ) {
    this.side = cells + 3;
    this.lattice = Float64Array.from({ length: this.side ** 2 }, () => stream.uniform(-1, 1));
  }

  /** The field at (x, y); points outside the unit square take the value at its nearest edge. */
  at(x: number, y: number): number {
    const [column, fx] = this.cell(x);
    const [row, fy] = this.cell(y);
    const wx = spline(fx);
    const wy = spline(fy);
    let sum = 0;
    for (let j = 0; j < 4; j++) {
      for (let i = 0; i < 4; i++) {
        sum += wy[j]! * wx[i]! * this.lattice[(row + j) * this.side + column + i]!;
      }
    }
    return sum;
  }

  private cell(position: number): [index: number, fraction: number] {
    const scaled = Math.min(Math.max(position, 0), 1) * this.cells;
    const index = Math.min(Math.floor(scaled), this.cells - 1);
    return [index, scaled - index];
  }
}

/** The four weights of a uniform cubic B-spline at t in [0, 1]; they add up to 1. */
function spline(t: number): [number, number, number, number] {
  const s = 1 - t;
  const t2 = t * t;
  return [
    (s * s * s) / 6,
    (4 - 6 * t2 + 3 * t2 * t) / 6,
    (4 - 6 * s * s + 3 * s * s * s) / 6,
    (t2 * t) / 6,
  ];
}

/**
 * The rotation by 2 arctan(t), as [cosine, sine]: (1 - t^2, 2t) / (1 + t^2). Rational in t, so that
 * it is the same to the last bit everywhere.
 */
export function rotation(t: number): [cosine: number, sine: number] {
  const scale = 1 / (1 + t * t);
  return [(1 - t * t) * scale, 2 * t * scale];
}
