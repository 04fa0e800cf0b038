import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { adam, compile, momentum, nesterov, sgd, type Optimizer } from '../../lib/core/engine';

const start = [1, -2, 0.5];
/** The loss is sum c w^2 / 2, the gradient c w. */
const curvature = [0.5, 1, 3];
const rates = [0.1, 0.1, 0.02, 0.05];
const decay = 0.3;

/** The weight after each rate's step, in float64, and the optimizer that takes it. */
const rules: Record<
  string,
  { make: (w: tf.Variable) => Optimizer; run: (w: number, c: number) => number }
> = {
  'sgd: w <- w - rate (g + decay w)': {
    make: (w) => sgd([w], { weightDecay: decay }),
    run: (w, c) => rates.reduce((w, rate) => w - rate * (c * w + decay * w), w),
  },
  'momentum: v <- m v + g + decay w, w <- w - rate v': {
    make: (w) => momentum([w], { momentum: 0.8, weightDecay: decay }),
    run(w, c) {
      let v = 0;
      for (const rate of rates) {
        v = 0.8 * v + c * w + decay * w;
        w -= rate * v;
      }
      return w;
    },
  },
  "nesterov: w <- w - rate (g' + m v), g' = g + decay w": {
    make: (w) => nesterov([w], { momentum: 0.8, weightDecay: decay }),
    run(w, c) {
      let v = 0;
      for (const rate of rates) {
        const g = c * w + decay * w;
        v = 0.8 * v + g;
        w -= rate * (g + 0.8 * v);
      }
      return w;
    },
  },
  'adam: the decay is decoupled, w <- w - rate decay w before the step of g alone': {
    make: (w) => adam([w], { beta1: 0.8, beta2: 0.9, epsilon: 1e-3, weightDecay: decay }),
    run(w, c) {
      let [m, v] = [0, 0];
      rates.forEach((rate, i) => {
        const g = c * w;
        m = 0.8 * m + 0.2 * g;
        v = 0.9 * v + 0.1 * g ** 2;
        w -= rate * decay * w;
        w -=
          (((rate * Math.sqrt(1 - 0.9 ** (i + 1))) / (1 - 0.8 ** (i + 1))) * m) /
          (Math.sqrt(v) + 1e-3);
      });
      return w;
    },
  },
};

describe.each(['tensorflow, compiled', 'tensorflow, eager', 'cpu, eager'])('on %s', (setting) => {
  const [backend, how] = setting.split(', ');
  beforeAll(async () => {
    if (backend === 'tensorflow') await loadNative();
    else await tf.setBackend('cpu');
  });

  it.each(Object.keys(rules))('weights decay as in %s', (name) => {
    const { make, run } = rules[name]!;
    const w = tf.variable(tf.tensor1d(start));
    const optimizer = make(w);
    const minimize = (rate: tf.Scalar) =>
      optimizer.minimize(
        () => tf.sum(tf.mul(tf.square(w), tf.mul(tf.tensor1d(curvature), 0.5))),
        rate,
      );
    const step = how === 'compiled' ? compile(minimize) : minimize;
    for (const rate of rates) step(tf.scalar(rate));
    const expected = start.map((w, i) => run(w, curvature[i]!));
    w.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });
});
