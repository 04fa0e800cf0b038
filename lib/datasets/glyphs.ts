import type { Stream } from 'unrolled-core';
import { Field, rotation } from './warp';

const SIDE = 28;

/** A stroke is a run of points x0, y0, x1, y1, ... in the unit square, y downwards. */
type Stroke = number[];

/**
 * The ways to write each digit. A stroke of two points is straight; a longer one is a Catmull-Rom
 * curve through its points, closed when it ends where it starts.
 */
const DIGITS: Stroke[][][] = [
  [
    [[0.5, 0, 0.85, 0.2, 0.92, 0.5, 0.85, 0.8, 0.5, 1, 0.15, 0.8, 0.08, 0.5, 0.15, 0.2, 0.5, 0]],
    [[0.6, 0, 0.85, 0.25, 0.8, 0.65, 0.5, 1, 0.2, 0.8, 0.2, 0.4, 0.6, 0]],
  ],
  [
    [[0.5, 0, 0.5, 1]],
    [
      [0.25, 0.25, 0.55, 0],
      [0.55, 0, 0.55, 1],
    ],
    [
      [0.25, 0.25, 0.52, 0],
      [0.52, 0, 0.52, 1],
      [0.22, 1, 0.82, 1],
    ],
  ],
  [
    [
      [0.12, 0.25, 0.3, 0.04, 0.6, 0, 0.85, 0.2, 0.75, 0.5, 0.42, 0.75, 0.08, 1],
      [0.08, 1, 0.92, 1],
    ],
    [
      [
        0.15, 0.2, 0.5, 0, 0.85, 0.2, 0.7, 0.55, 0.35, 0.9, 0.12, 0.9, 0.25, 0.74, 0.5, 0.9, 0.92,
        0.95,
      ],
    ],
  ],
  [
    [
      [0.12, 0.14, 0.45, 0, 0.82, 0.14, 0.78, 0.38, 0.42, 0.48],
      [0.42, 0.48, 0.82, 0.56, 0.88, 0.82, 0.5, 1, 0.08, 0.86],
    ],
    [
      [0.12, 0, 0.85, 0],
      [0.85, 0, 0.42, 0.42],
      [0.42, 0.42, 0.82, 0.5, 0.86, 0.82, 0.48, 1, 0.08, 0.86],
    ],
  ],
  [
    [
      [0.65, 0, 0.05, 0.68],
      [0.05, 0.68, 0.95, 0.68],
      [0.65, 0, 0.65, 1],
    ],
    [
      [0.18, 0, 0.12, 0.5],
      [0.12, 0.5, 0.82, 0.5],
      [0.82, 0, 0.78, 1],
    ],
  ],
  [
    [
      [0.85, 0, 0.2, 0],
      [0.2, 0, 0.15, 0.45],
      [0.15, 0.45, 0.5, 0.36, 0.85, 0.5, 0.85, 0.82, 0.48, 1, 0.08, 0.88],
    ],
    [[0.85, 0.02, 0.4, 0.04, 0.18, 0.25, 0.45, 0.45, 0.8, 0.62, 0.75, 0.9, 0.4, 1, 0.08, 0.9]],
  ],
  [
    [
      [
        0.75, 0, 0.35, 0.2, 0.12, 0.65, 0.3, 0.96, 0.65, 0.98, 0.85, 0.72, 0.6, 0.5, 0.3, 0.56,
        0.14, 0.74,
      ],
    ],
    [[0.4, 0, 0.18, 0.45, 0.18, 0.85, 0.5, 1, 0.82, 0.85, 0.75, 0.6, 0.45, 0.55, 0.18, 0.78]],
  ],
  [
    [
      [0.08, 0, 0.92, 0],
      [0.92, 0, 0.6, 0.45, 0.42, 1],
    ],
    [
      [0.08, 0.02, 0.92, 0],
      [0.92, 0, 0.35, 1],
      [0.25, 0.5, 0.85, 0.5],
    ],
  ],
  [
    [
      [0.5, 0.47, 0.16, 0.24, 0.5, 0, 0.84, 0.24, 0.5, 0.47],
      [0.5, 0.47, 0.1, 0.74, 0.5, 1, 0.9, 0.74, 0.5, 0.47],
    ],
    [
      [
        0.8, 0.12, 0.45, 0, 0.2, 0.2, 0.5, 0.46, 0.82, 0.75, 0.5, 1, 0.18, 0.78, 0.5, 0.46, 0.8,
        0.12,
      ],
    ],
  ],
  [
    [
      [0.86, 0.24, 0.5, 0, 0.14, 0.26, 0.5, 0.52, 0.86, 0.24],
      [0.86, 0.24, 0.84, 0.65, 0.6, 1],
    ],
    [
      [0.82, 0.26, 0.5, 0.02, 0.16, 0.28, 0.48, 0.52, 0.82, 0.26],
      [0.82, 0.05, 0.82, 1],
    ],
  ],
];

/** Straight pieces in each span of a curve. */
const PIECES = 5;

/** How far the jitter goes; chosen so that a linear model fails and a small net succeeds. */
const JITTER = {
  /** Half of the largest rotation, as a tangent: 0.12 is 13.7 degrees. */
  turn: 0.12,
  shear: 0.3,
  /** Relative change of width and of height. */
  scale: 0.2,
  /** Pixels. */
  shift: 1.75,
  /** Displacement of the strokes, as a fraction of the digit. */
  wobble: 0.14,
  /** Stroke width in pixels, narrowest and widest. */
  width: [1.6, 4],
  /** Brightness of the ink, faintest. */
  ink: 0.6,
  /** Amplitude of the noise, relative to white. */
  noise: 0.12,
} as const;

/** The classes of the glyphs, in the order of their labels. */
export const GLYPHS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * Draws the digit `label` into `pixels`, 28 x 28 grey levels, white ink on black: one way to write
 * it, smoothly displaced (wobble), then sheared, scaled, turned and shifted, drawn with a round pen
 * of random width, plus uniform noise.
 */
export function drawGlyph(label: number, stream: Stream, pixels: Uint8Array): void {
  const ways = DIGITS[label]!;
  const strokes = ways[stream.integer(ways.length)]!;
  const place = placement(stream);
  const radius = stream.uniform(...JITTER.width) / 2;
  const coverage = new Float64Array(SIDE * SIDE);
  for (const stroke of strokes) {
    const points = curve(stroke).map(place);
    for (let i = 1; i < points.length; i++) {
      drawLine(coverage, points[i - 1]!, points[i]!, radius);
    }
  }
  const ink = stream.uniform(JITTER.ink, 1);
  for (let i = 0; i < coverage.length; i++) {
    const noise = JITTER.noise * stream.uniform(-1, 1);
    pixels[i] = Math.round(255 * Math.min(Math.max(ink * coverage[i]! + noise, 0), 1));
  }
}

type Point = [x: number, y: number];

/** A random map from the unit square of the strokes to pixels. */
function placement(stream: Stream): (point: Point) => Point {
  const dx = new Field(stream, 2);
  const dy = new Field(stream, 2);
  const [cosine, sine] = rotation(stream.uniform(-JITTER.turn, JITTER.turn));
  const shear = stream.uniform(-JITTER.shear, JITTER.shear);
  const width = 12 * (1 + stream.uniform(-JITTER.scale, JITTER.scale));
  const height = 18 * (1 + stream.uniform(-JITTER.scale, JITTER.scale));
  const left = SIDE / 2 + stream.uniform(-JITTER.shift, JITTER.shift);
  const top = SIDE / 2 + stream.uniform(-JITTER.shift, JITTER.shift);
  return ([x, y]) => {
    const v = (y - 0.5 + JITTER.wobble * dy.at(x, y)) * height;
    const u = (x - 0.5 + JITTER.wobble * dx.at(x, y)) * width - shear * v;
    return [left + cosine * u - sine * v, top + sine * u + cosine * v];
  };
}

/** The points of a stroke joined by a Catmull-Rom spline (Catmull and Rom 1974), tension 1/2. */
function curve(stroke: Stroke): Point[] {
  const n = stroke.length / 2;
  const closed = stroke[0] === stroke[2 * n - 2] && stroke[1] === stroke[2 * n - 1];
  const knot = (i: number): Point => {
    const k = closed ? (i + n - 1) % (n - 1) : Math.min(Math.max(i, 0), n - 1);
    return [stroke[2 * k]!, stroke[2 * k + 1]!];
  };
  const points = [knot(0)];
  for (let i = 0; i < n - 1; i++) {
    const [p, q, r, s] = [knot(i - 1), knot(i), knot(i + 1), knot(i + 2)];
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      const at = (axis: 0 | 1) =>
        q[axis] +
        (t / 2) *
          (r[axis] -
            p[axis] +
            t *
              (2 * p[axis] -
                5 * q[axis] +
                4 * r[axis] -
                s[axis] +
                t * (3 * (q[axis] - r[axis]) + s[axis] - p[axis])));
      points.push([at(0), at(1)]);
    }
  }
  return points;
}

/** Adds a line with round ends: a pixel is covered by `radius` + 1/2 minus its distance to the line. */
function drawLine(coverage: Float64Array, from: Point, to: Point, radius: number): void {
  const reach = radius + 0.5;
  const [x0, y0] = from;
  const [ux, uy] = [to[0] - x0, to[1] - y0];
  const squared = ux * ux + uy * uy;
  const [left, right] = span(x0, to[0], reach);
  const [top, bottom] = span(y0, to[1], reach);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const vx = column + 0.5 - x0;
      const vy = row + 0.5 - y0;
      const t = squared > 0 ? Math.min(Math.max((vx * ux + vy * uy) / squared, 0), 1) : 0;
      const [ex, ey] = [vx - t * ux, vy - t * uy];
      const cover = Math.min(Math.max(reach - Math.sqrt(ex * ex + ey * ey), 0), 1);
      const i = row * SIDE + column;
      if (cover > coverage[i]!) coverage[i] = cover;
    }
  }
}

/** The pixels, first and last, that a line from a to b of the given reach may touch. */
function span(a: number, b: number, reach: number): [first: number, last: number] {
  const first = Math.floor(Math.min(a, b) - reach);
  const last = Math.floor(Math.max(a, b) + reach);
  return [Math.max(first, 0), Math.min(last, SIDE - 1)];
}
