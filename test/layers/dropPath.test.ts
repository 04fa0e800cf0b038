import * as fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Stream, compile, momentum } from '../../lib/core/engine';
import { addWhen } from '../../lib/core/engine/ops/conditional';
import { ResidualConv, expectedDepth, survivalProbabilities } from '../../lib/core/layers';
import { onGpu } from '../device';
import { error } from './cases';
import { randomImage, randomWeights, toTensor } from './convCases';
import { numbers, onTheAddon } from './native';

onTheAddon();

describe('the schedule of survival', () => {
  it('falls linearly to p_L, and keeps (3L - 1) / 4 blocks on average for p_L = 0.5', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (blocks) => {
        const p = survivalProbabilities({ kind: 'linear', last: 0.5 }, blocks);
        expect(p.at(-1)).toBeCloseTo(0.5);
        expect(expectedDepth(p)).toBeCloseTo((3 * blocks - 1) / 4);
      }),
    );
    expect(expectedDepth(survivalProbabilities({ kind: 'linear', last: 0.5 }, 54))).toBeCloseTo(
      40.25,
    );
  });

  it('is the same for every block when uniform', () => {
    expect(survivalProbabilities({ kind: 'uniform', last: 0.8 }, 3)).toEqual([0.8, 0.8, 0.8]);
  });

  it.each([0, -0.1, 1.1, NaN])('p_L = %s is refused by value', (last) => {
    expect(() => survivalProbabilities({ kind: 'linear', last }, 3)).toThrow(
      `last is a probability above 0 and up to 1, not ${last}.`,
    );
  });
});

const image = randomImage(Stream.of(1), [6, 4, 4, 2]);

function block(survival: number, per?: 'batch' | 'sample', preActivation = true): ResidualConv {
  const layer = new ResidualConv({
    filters: 2,
    preActivation,
    dropPath: { survival, per, seed: 11 },
  });
  randomWeights(layer, Stream.of(4));
  return layer;
}

/** Whether each sample of y differs from x. */
function changed(y: tf.Tensor, x: tf.Tensor): boolean[] {
  return numbers(tf.max(tf.abs(tf.sub(y, x)), [1, 2, 3])).map((difference) => difference > 1e-6);
}

describe.each(['eager', 'compiled'])('a block with stochastic depth, %s', (how) => {
  const runs = (layer: ResidualConv, count: number): tf.Tensor[] => {
    const x = toTensor(image);
    const call = (x: tf.Tensor) => layer.apply(x, { training: true }) as tf.Tensor;
    const run = how === 'eager' ? call : compile(call);
    return Array.from({ length: count }, () => run(x));
  };

  it('drops whole batches, with the frequency 1 - p', () => {
    const x = toTensor(image);
    const kept = runs(block(0.7), 300).map((y) => new Set(changed(y, x)));
    expect(kept.every((set) => set.size === 1)).toBe(true);
    const frequency = kept.filter((set) => set.has(true)).length / 300;
    expect(Math.abs(frequency - 0.7)).toBeLessThan(4 * Math.sqrt((0.7 * 0.3) / 300));
  });

  it('drops samples one by one when told so, with the frequency 1 - p', () => {
    const x = toTensor(image);
    const kept = runs(block(0.7, 'sample'), 100).map((y) => changed(y, x));
    expect(kept.some((list) => new Set(list).size === 2)).toBe(true);
    const frequency = kept.flat().filter(Boolean).length / 600;
    expect(Math.abs(frequency - 0.7)).toBeLessThan(4 * Math.sqrt((0.7 * 0.3) / 600));
  });

  it('in evaluation gives what it gives in training on average', () => {
    const layer = new ResidualConv({
      filters: 2,
      batchNorm: false,
      preActivation: true,
      dropPath: { survival: 0.6, seed: 2 },
    });
    randomWeights(layer, Stream.of(4));
    const x = toTensor(image);
    const ys = runs(layer, 400);
    const average = numbers(tf.mean(tf.stack(ys), 0));
    const evaluated = numbers(layer.apply(x) as tf.Tensor);
    const full = numbers(layer.parts(x).candidate);
    const deviation = Math.sqrt((0.6 * 0.4) / 400);
    average.forEach((y, i) =>
      expect(Math.abs(y - evaluated[i]!)).toBeLessThan(4 * deviation * Math.abs(full[i]!) + 1e-4),
    );
  });

  it('in evaluation is relu(x + p F(x)) after post-activation', () => {
    const layer = block(0.6, 'batch', false);
    const x = toTensor(image);
    const { candidate, transform } = layer.parts(x);
    const expected = tf.relu(tf.add(x, tf.mul(candidate, 0.6)));
    expect(error(numbers(layer.apply(x) as tf.Tensor), numbers(expected))).toBeLessThan(1e-6);
    expect(error(numbers(transform), numbers(tf.fill(x.shape, 0.6)))).toBeLessThan(1e-6);
  });

  it('leaves the moving statistics alone when it drops, and moves them when it does not', () => {
    const layer = block(0.5);
    const x = toTensor(image);
    const mean = () =>
      numbers(layer.weights.find((w) => /norm1_moving_mean/.test(w.originalName))!.read());
    const call = (x: tf.Tensor) => layer.apply(x, { training: true }) as tf.Tensor;
    const run = how === 'eager' ? call : compile(call);
    const seen = new Set<boolean>();
    for (let i = 0; i < 20; i++) {
      const before = mean();
      const kept = changed(run(x), x)[0]!;
      seen.add(kept);
      expect(mean().join() !== before.join()).toBe(kept);
    }
    expect(seen.size).toBe(2);
  });

  it('repeats its draws for the same seed and goes on with others after that', () => {
    const draws = () => runs(block(0.5), 30).map((y) => changed(y, toTensor(image))[0]);
    const [first, second] = [draws(), draws()];
    expect(second).toEqual(first);
    expect(first.slice(0, 15)).not.toEqual(first.slice(15));
  });
});

it.each([
  ['post-activation', false],
  ['pre-activation', true],
])('traced and eager training agree over 20 steps of dropped and kept branches, %s', (_, pre) => {
  const train = (compiled: boolean) => {
    const layers = [0, 1, 2].map((i) => {
      const layer = new ResidualConv({
        filters: 2,
        useBias: true,
        preActivation: pre,
        dropPath: { survival: 0.5, seed: 20 + i },
      });
      randomWeights(layer, Stream.of(i));
      return layer;
    });
    const variables = layers.flatMap((l) => l.trainableWeights.map((w) => w.read() as tf.Variable));
    const optimizer = momentum(variables, { weightDecay: 0.01 });
    const step = (x: tf.Tensor, rate: tf.Scalar) =>
      optimizer.minimize(() => {
        const y = layers.reduce((h, l) => l.apply(h, { training: true }) as tf.Tensor, x);
        return tf.mean(tf.square(tf.sub(y, 1)));
      }, rate);
    const run = compiled ? compile(step) : step;
    const losses = Array.from({ length: 20 }, () => {
      return run(toTensor(image), tf.scalar(0.05)).dataSync()[0]!;
    });
    return { losses, weights: layers.flatMap((l) => l.getWeights().flatMap(numbers)) };
  };
  const [eager, traced] = [train(false), train(true)];
  expect(error(traced.losses, eager.losses)).toBeLessThan(1e-5);
  expect(error(traced.weights, eager.weights)).toBeLessThan(1e-4);
});

describe('a branch on a condition', () => {
  const work = 10;
  const make = () => {
    const kernel = tf.variable(tf.randomNormal<tf.Rank.R2>([700, 700], 0, 0.04, 'float32', 3));
    const step = compile((x: tf.Tensor2D, keep: tf.Scalar) => {
      const loss = () =>
        tf
          .sum(
            addWhen(keep, x, (branch) => {
              let h = branch.enter(x);
              for (let i = 0; i < work; i++) h = tf.matMul(h, branch.enter(kernel as tf.Tensor2D));
              return h;
            }),
          )
          .asScalar();
      const { value, grads } = tf.variableGrads(loss, [kernel]);
      return { value, gradient: grads[kernel.name]! };
    });
    return { step, kernel };
  };

  // On a GPU both sides run: waiting there for the condition takes as long as the branch.
  it.skipIf(onGpu)(
    'that does not run costs a fraction of one that does, forwards and backwards',
    () => {
      const { step } = make();
      const x = tf.ones<tf.Rank.R2>([700, 700]);
      const time = (keep: boolean) => {
        const flag = tf.scalar(keep, 'bool');
        const start = performance.now();
        step(x, flag).value.dataSync();
        return performance.now() - start;
      };
      time(true);
      time(false);
      const fastest = (keep: boolean) => Math.min(...Array.from({ length: 4 }, () => time(keep)));
      expect(fastest(false)).toBeLessThan(fastest(true) / 4);
      step.dispose();
    },
  );

  it('gives x and a gradient of zero when it does not run, and follows each call', () => {
    const { step } = make();
    const x = tf.ones<tf.Rank.R2>([700, 700]);
    const call = (keep: boolean) => {
      const { value, gradient } = step(x, tf.scalar(keep, 'bool'));
      return [value.dataSync()[0]!, tf.max(tf.abs(gradient)).dataSync()[0]!] as const;
    };
    const [recorded, off, on, offAgain] = [call(true), call(false), call(true), call(false)];
    expect(on).toEqual(recorded);
    expect(off).toEqual([490_000, 0]);
    expect(offAgain).toEqual(off);
    expect(on[1]).toBeGreaterThan(0);
    step.dispose();
  });
});
