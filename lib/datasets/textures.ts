import type { Stream } from 'unrolled-core';
import { Field, rotation } from './warp';

const SIDE = 32;

/**
 * A pattern over the plane, positive inside the figure and negative outside, in units of its
 * period; between the two it is about the distance to the edge.
 */
type Pattern = (u: number, v: number) => number;

/** Distance from the middle of the unit cell that x lies in: 0 in the middle, 1/2 at its ends. */
const off = (x: number) => Math.abs(x - Math.floor(x) - 0.5);

const band = (x: number) => 0.25 - off(x);

const PATTERNS: Record<string, (stream: Stream) => Pattern> = {
  stripes: () => (u) => band(u),
  checks: () => (u, v) => 8 * band(u) * band(v),
  dots: () => (u, v) => 0.32 - Math.sqrt(off(u) ** 2 + off(v) ** 2),
  rings: () => (u, v) => band(Math.sqrt(u * u + v * v)),
  grid: () => (u, v) => 0.13 - Math.min(off(u), off(v)),
  zigzag: () => (u, v) => 0.6 * band(u + 2 * off(v / 1.5)),
  bricks: () => (u, v) => {
    const shifted = u / 2 + Math.floor(v) / 2;
    return 0.12 - Math.min(0.5 - off(v), 1 - 2 * off(shifted));
  },
  crosses: () => (u, v) => {
    const [near, far] = [Math.min(off(u), off(v)), Math.max(off(u), off(v))];
    return Math.min(0.13 - near, 0.38 - far);
  },
  blobs: (stream) => {
    const field = new Field(stream, 9);
    return (u, v) => 2 * field.at(u / 6 + 0.5, v / 6 + 0.5);
  },
  triangles: () => (u, v) => {
    const y = v - Math.floor(v) - 0.5;
    return Math.min(0.34 - y, (y + 0.42 - 2 * off(u)) / 2.24);
  },
};

/** The classes of the textures, in the order of their labels. */
export const TEXTURES = Object.keys(PATTERNS);

/**
 * Paints the texture `label` into `pixels`, 32 x 32 x 3: its pattern turned, scaled and shifted at
 * random, in a random colour on a random one, plus uniform noise.
 *
 * A pixel is c + k (m - mean of m), with the pattern's coverage m in [0, 1], and c and k, one
 * number a channel, drawn alike for all classes. So the mean colour of a picture is c whatever the
 * class, and the sign of k is random, so that no pixel by itself says anything of the class either.
 */
export function paintTexture(label: number, stream: Stream, pixels: Uint8Array): void {
  const coverage = paint(PATTERNS[TEXTURES[label]!]!(stream), stream);
  const mean = coverage.reduce((sum, m) => sum + m, 0) / coverage.length;
  const sign = stream.integer(2) === 0 ? 1 : -1;
  const colours = [0, 1, 2].map(() => ({
    c: stream.uniform(0.36, 0.64),
    k: sign * stream.uniform(0.12, 0.32),
  }));
  coverage.forEach((m, i) => {
    colours.forEach(({ c, k }, channel) => {
      const value = c + k * (m - mean) + stream.uniform(-0.04, 0.04);
      pixels[3 * i + channel] = Math.round(255 * value);
    });
  });
}

/** The share of each pixel that the pattern covers, in [0, 1]. */
function paint(pattern: Pattern, stream: Stream): Float64Array {
  const period = stream.uniform(7.5, 11.5);
  const [cosine, sine] = rotation(stream.uniform(-1, 1));
  const x0 = SIDE * stream.uniform(0.25, 0.75);
  const y0 = SIDE * stream.uniform(0.25, 0.75);
  const coverage = new Float64Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const x = (column + 0.5 - x0) / period;
      const y = (row + 0.5 - y0) / period;
      const inside = pattern(cosine * x + sine * y, cosine * y - sine * x);
      coverage[row * SIDE + column] = Math.min(Math.max(0.5 + period * inside, 0), 1);
    }
  }
  return coverage;
}
