import * as tf from '@tensorflow/tfjs';
import {
  type GraphRandom,
  Stream,
  batchNorm,
  dense,
  highway,
  relu,
  softmaxCrossEntropy,
} from '../../../lib/core/engine';

/** A small net with its variables: `logits` may also assign variables (batch-norm statistics). */
export interface Net {
  variables: tf.Variable[];
  statistics: tf.Variable[];
  logits: (x: tf.Tensor) => tf.Tensor2D;
}

const depth = 6;
const width = 12;

class Weights {
  readonly variables: tf.Variable[] = [];
  private readonly stream: Stream;

  constructor(seed: number) {
    this.stream = Stream.of(seed);
  }

  normal<R extends tf.Rank>(shape: tf.ShapeMap[R], deviation: number): tf.Variable<R> {
    const size = tf.util.sizeFromShape(shape);
    const values = Float32Array.from({ length: size }, () => this.stream.normal(0, deviation));
    return this.add(tf.tensor<R>(values, shape));
  }

  fill(size: number, value: number): tf.Variable<tf.Rank.R1> {
    return this.add(tf.fill<tf.Rank.R1>([size], value));
  }

  private add<R extends tf.Rank>(value: tf.Tensor<R>): tf.Variable<R> {
    const variable = tf.variable(value);
    value.dispose();
    this.variables.push(variable);
    return variable;
  }
}

/** Ten inputs, a stack of blocks 12 wide, 4 classes. */
export function denseNet(
  kind: 'plain' | 'highway' | 'residual',
  seed: number,
  noise?: GraphRandom,
): Net {
  const weights = new Weights(seed);
  const [first, firstBias] = [weights.normal([10, width], 0.3), weights.fill(width, 0)];
  const blocks = Array.from({ length: depth }, () => ({
    kernel: weights.normal<tf.Rank.R2>([width, width], 0.3),
    bias: weights.fill(width, 0),
    gateKernel: weights.normal<tf.Rank.R2>([width, width], 0.3),
    gateBias: weights.fill(width, -1),
  }));
  const [last, lastBias] = [weights.normal([width, 4], 0.3), weights.fill(4, 0)];
  const forward = {
    plain: (h: tf.Tensor2D, b: (typeof blocks)[0]) => dense(h, b.kernel, b.bias, 'tanh'),
    highway,
    residual: (h: tf.Tensor2D, b: (typeof blocks)[0]) =>
      tf.add<tf.Tensor2D>(
        h,
        tf.mul(0.3, dense(dense(h, b.kernel, b.bias, 'relu'), b.gateKernel, b.gateBias)),
      ),
  }[kind];
  const logits = (x: tf.Tensor) => {
    let h = dense(x as tf.Tensor2D, first as tf.Tensor2D, firstBias, 'relu');
    for (const block of blocks) h = forward(noise ? noise.dropout(h, 0.2) : h, block);
    return dense(h, last as tf.Tensor2D, lastBias);
  };
  return { variables: weights.variables, statistics: [], logits };
}

/** 8x8x3 images through two convolutional residual blocks with batch norm, 4 classes. */
export function convNet(seed: number): Net {
  const weights = new Weights(seed);
  const statistics: tf.Variable[] = [];
  const layer = (inputs: number) => {
    const moving = [tf.variable(tf.zeros([8]), false), tf.variable(tf.ones([8]), false)] as const;
    statistics.push(...moving);
    return {
      kernel: weights.normal<tf.Rank.R4>([3, 3, inputs, 8], 0.2),
      gamma: weights.fill(8, 1),
      beta: weights.fill(8, 0),
      moving,
    };
  };
  const stem = layer(3);
  const blocks = [0, 1].map(() => [layer(8), layer(8)] as const);
  const [last, lastBias] = [weights.normal<tf.Rank.R2>([8, 4], 0.3), weights.fill(4, 0)];
  const normalized = (
    x: tf.Tensor4D,
    { kernel, gamma, beta, moving }: ReturnType<typeof layer>,
  ) => {
    const z = tf.conv2d(x, kernel, 1, 'same');
    const { y, mean, variance } = batchNorm(z, gamma, beta);
    [mean, variance].forEach((now, i) =>
      moving[i]!.assign(tf.add(tf.mul(moving[i]!, 0.9), tf.mul(now, 0.1))),
    );
    return y;
  };
  const logits = (x: tf.Tensor) => {
    let h = relu(normalized(x as tf.Tensor4D, stem));
    for (const [a, b] of blocks) h = relu(tf.add(h, normalized(relu(normalized(h, a)), b)));
    return dense(tf.mean(h, [1, 2]), last, lastBias);
  };
  return { variables: weights.variables, statistics, logits };
}

/** Twenty labelled samples of the given shape, the same for the same seed. */
export function batch(shape: number[], seed: number): { x: tf.Tensor; labels: tf.Tensor1D } {
  const stream = Stream.of(seed);
  const size = 20 * tf.util.sizeFromShape(shape);
  const values = Float32Array.from({ length: size }, () => stream.normal());
  const classes = Int32Array.from({ length: 20 }, () => stream.integer(4));
  return { x: tf.tensor(values, [20, ...shape]), labels: tf.tensor1d(classes, 'int32') };
}

/** The mean cross-entropy of a net on a batch. */
export function loss(net: Net, x: tf.Tensor, labels: tf.Tensor1D): tf.Scalar {
  return softmaxCrossEntropy(labels, net.logits(x));
}
