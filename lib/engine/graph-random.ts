import * as tf from '@tensorflow/tfjs';
import { type Addon, currentAddon } from './compile/addon';
import { Stream } from './random';

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

  /**
   * @param seed a 32-bit integer
   * @param count where to count the draws, such as a layer's weight; by default a variable of its own
   */
  constructor(
    private readonly seed: number,
    count?: tf.Variable,
  ) {
    this.count = count ?? tf.tidy(() => tf.variable(tf.scalar(0, 'int32'), false));
  }

  /** Uniform in [0, 1). */
  uniform<R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> {
    return this.draw('StatelessRandomUniform', shape, (stream) => stream.uniform());
  }

  /** Standard normal. */
  normal<R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> {
    return this.draw('StatelessRandomNormal', shape, (stream) => stream.normal());
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

  private draw<R extends tf.Rank>(
    op: string,
    shape: tf.ShapeMap[R],
    next: (stream: Stream) => number,
  ): tf.Tensor<R> {
    const draw = () => {
      const addon = currentAddon();
      return addon ? this.drawNatively(addon, op, shape) : this.drawHere(shape, next);
    };
    return tf.tidy<tf.Tensor>(draw) as tf.Tensor<R>;
  }

  private drawNatively(addon: Addon, op: string, shape: number[]): tf.Tensor {
    const { binding } = addon;
    const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
    const attributes = [
      type('dtype', binding.TF_FLOAT),
      type('T', binding.TF_INT32),
      type('Tseed', binding.TF_INT32),
    ];
    const key = tf.stack([tf.scalar(this.seed, 'int32'), this.count]);
    this.count.assign(tf.add(this.count, tf.scalar(1, 'int32')));
    return addon.executeSingleOutput(op, attributes, [tf.tensor1d(shape, 'int32'), key]);
  }

  private drawHere(shape: number[], next: (stream: Stream) => number): tf.Tensor {
    const count = this.count.dataSync()[0]!;
    this.count.assign(tf.scalar(count + 1, 'int32'));
    const stream = Stream.of(this.seed).fork(count);
    const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => next(stream));
    return tf.tensor(values, shape);
  }
}
