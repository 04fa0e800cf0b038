import * as tf from '@tensorflow/tfjs';
import { Stream } from '../engine';
import type { Initializer } from './initializers';

/** What {@link orthogonal} takes. */
export interface OrthogonalArgs {
  /** Multiplies the matrix. Default 1. */
  gain?: number;
  /** An integer. */
  seed: number;
}

/**
 * Draws a kernel [inputs, units] whose rows or columns, whichever are fewer, are orthogonal and of norm
 * `gain` (Saxe, McClelland and Ganguli 2014): the Gram-Schmidt process in float64 on normal numbers, on
 * any backend.
 */
export function orthogonal(args: OrthogonalArgs): Initializer {
  return new Orthogonal(args);
}

/**
 * Draws a kernel [2 n, units], of a CReluDense say, as [O; -O] with O orthogonal, so that the layer is
 * linear: [max(0, x), max(0, -x)] [O; -O] = x O (Balduzzi et al. 2017, section 4).
 */
export function looksLinear(args: Pick<OrthogonalArgs, 'seed'>): Initializer {
  return new LooksLinear(args);
}

class Orthogonal extends tf.serialization.Serializable {
  /** @nocollapse */
  static className = 'UnrolledOrthogonal';

  private readonly gain: number;
  private readonly seed: number;

  constructor({ gain = 1, seed }: OrthogonalArgs) {
    super();
    if (!Number.isFinite(gain) || gain <= 0) {
      throw new RangeError(`orthogonal: gain is a positive number, not ${gain}.`);
    }
    this.gain = gain;
    this.seed = seed;
  }

  apply(shape: tf.Shape, dtype?: tf.DataType): tf.Tensor {
    const [rows, columns] = sizesOf('orthogonal', shape);
    const [many, few] = [Math.max(rows, columns), Math.min(rows, columns)];
    const vectors = orthonormal(few, many, Stream.of(this.seed));
    const at = (row: number, column: number) =>
      rows < columns ? vectors[row]![column]! : vectors[column]![row]!;
    return filled(rows, columns, (row, column) => this.gain * at(row, column), dtype);
  }

  fromConfigUsesCustomObjects(): boolean {
    return false;
  }

  getConfig(): tf.serialization.ConfigDict {
    const { gain, seed } = this;
    return { gain, seed };
  }
}

class LooksLinear extends tf.serialization.Serializable {
  /** @nocollapse */
  static className = 'UnrolledLooksLinear';

  private readonly seed: number;

  constructor({ seed }: Pick<OrthogonalArgs, 'seed'>) {
    super();
    this.seed = seed;
  }

  apply(shape: tf.Shape, dtype?: tf.DataType): tf.Tensor {
    const [rows, columns] = sizesOf('looksLinear', shape);
    if (rows % 2 !== 0) {
      throw new RangeError(
        `looksLinear: a kernel of ${rows} rows has no two halves; it is for a CReluDense.`,
      );
    }
    return tf.tidy(() => {
      const half = new Orthogonal({ seed: this.seed }).apply([rows / 2, columns], dtype);
      return tf.concat([half, tf.neg(half)], 0);
    });
  }

  fromConfigUsesCustomObjects(): boolean {
    return false;
  }

  getConfig(): tf.serialization.ConfigDict {
    return { seed: this.seed };
  }
}

function sizesOf(name: string, shape: tf.Shape): [number, number] {
  const [rows, columns] = shape;
  if (shape.length === 2 && rows && columns) return [rows, columns];
  throw new RangeError(`${name}: a kernel is [inputs, units], not [${shape.join(', ')}].`);
}

function filled(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
  dtype?: tf.DataType,
): tf.Tensor2D {
  const values = Float32Array.from({ length: rows * columns }, (_, i) =>
    at(Math.floor(i / columns), i % columns),
  );
  return tf.tensor2d(values, [rows, columns], dtype);
}

/** `count` orthonormal vectors of so many numbers; each is made orthogonal twice, against rounding. */
function orthonormal(count: number, size: number, stream: Stream): Float64Array[] {
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length: size }, () => stream.normal());
    for (const before of [...vectors, ...vectors]) {
      const along = dot(vector, before);
      before.forEach((value, i) => (vector[i]! -= along * value));
    }
    const length = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / length));
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

tf.serialization.registerClass(Orthogonal);
tf.serialization.registerClass(LooksLinear);
