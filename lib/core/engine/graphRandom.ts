import * as tf from '@tensorflow/tfjs';
import { kernels } from './kernels';
import { Stream } from './random';
import { engine } from './tfjs';

/**
 * Random tensors for use inside `compile`: the n-th draw of a seed is always the same, and each
 * draw differs from the one before.
 *
 * The count of draws is a variable, part of the state of a compiled function, and to be saved with
 * the weights when a run is to be resumed. On the native backend the draws are those of
 * StatelessRandomUniform and StatelessRandomNormal keyed by (seed, count) (Salmon et al. 2011,
 * Philox); elsewhere those of {@link Stream}.
 */
export class GraphRandom {
  /** How many draws have been made, an int32 scalar. */
  readonly count: tf.Variable;
  /** The count as it was left here, and by what it is known to be that still. */
  private left?: { dataId: object; count: number };

  /**
   * @param seed an integer of 32 bits
   * @param count where to count the draws, such as a layer's weight; by default a variable of its own
   * @throws RangeError when `seed` is no such integer.
   */
  constructor(
    private readonly seed: number,
    count?: tf.Variable,
  ) {
    checkSeed('The seed', seed);
    this.count = count ?? tf.tidy(() => tf.variable(tf.scalar(0, 'int32'), false));
  }

  /** Uniform in [0, 1). */
  uniform<R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> {
    return this.draw<R>('uniform', shape);
  }

  /** Standard normal. */
  normal<R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> {
    return this.draw<R>('normal', shape);
  }

  /** 1 with the given probability, else 0; float32. */
  bernoulli<R extends tf.Rank>(shape: tf.ShapeMap[R], probability: number): tf.Tensor<R> {
    const draw = () => tf.less<tf.Tensor<R>>(this.uniform<R>(shape), probability);
    return tf.tidy(() => tf.cast<tf.Tensor<R>>(draw(), 'float32'));
  }

  /**
   * x with each element set to 0 with probability `rate` and the rest scaled by 1 / (1 - rate)
   * (Srivastava et al. 2014).
   */
  dropout<T extends tf.Tensor>(x: T, rate: number): T {
    return tf.tidy(() => {
      const kept = this.bernoulli<tf.Rank>(x.shape, 1 - rate);
      return tf.mul<T>(x, tf.div(kept, 1 - rate));
    });
  }

  /** Frees the count. */
  dispose(): void {
    this.count.dispose();
  }

  private draw<R extends tf.Rank>(kind: 'uniform' | 'normal', shape: number[]): tf.Tensor<R> {
    const { seed, count } = this;
    return tf.tidy(() => {
      const drawn = kernels().draw?.(kind, shape, seed, count);
      const before = drawn ? undefined : this.drawn();
      count.assign(tf.add(count, tf.scalar(1, 'int32')));
      if (before === undefined) return drawn as tf.Tensor<R>;
      this.left = { dataId: count.dataId, count: before + 1 };
      return drawnFrom(Stream.of(seed).fork(before), kind, shape) as tf.Tensor<R>;
    });
  }

  /**
   * How many draws there were, which no backend is asked for as long as nobody else assigns the count. What
   * somebody assigned came from this side of the device, where it can be read at once.
   */
  private drawn(): number {
    const { dataId } = this.count;
    const known = this.left?.dataId === dataId ? this.left.count : undefined;
    return known ?? Number(engine().readSync(dataId)[0]);
  }
}

function drawnFrom(stream: Stream, kind: 'uniform' | 'normal', shape: number[]): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor(
    Float32Array.from({ length: size }, () => stream[kind]()),
    shape,
  );
}

/** @throws RangeError when `seed` is no integer of 32 bits; the message begins with `name`. */
export function checkSeed(name: string, seed: number): void {
  if (Number.isInteger(seed) && Math.abs(seed) < 2 ** 31) return;
  throw new RangeError(`${name} is an integer of 32 bits, with its sign, not ${seed}.`);
}
