import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { softmaxCrossEntropy } from '../../lib/core/engine';

const classes = 4;
const margins = [0, 1, 5, 10, 15, 18, 20, 30, 40, 50, 60];
const targets: Record<string, (y: number) => number[]> = {
  'one-hot': (y) => oneHot(y),
  soft: (y) => oneHot(y).map((q) => 0.9 * q + 0.1 / classes),
};

const oneHot = (y: number) => Array.from({ length: classes }, (_, k) => Number(k === y));

/** Logits whose class `winner` leads the others, which differ, by `margin` and more. */
function leading(winner: number, margin: number): number[] {
  const others = [-0.25, -1, -0.5, 0];
  return others.map((z, k) => Math.fround(k === winner ? margin : z));
}

/** Loss and gradient of one sample in float64; 1 - p_k is the sum of the others. */
function exact(z: number[], q: number[]): { loss: number; gradient: number[] } {
  const sum = (of: (k: number) => number, except: number) =>
    z.reduce((total, _, k) => total + (k === except ? 0 : of(k)), 0);
  const behind = (k: number) => sum((j) => Math.exp(z[j]! - z[k]!), k);
  const p = z.map((_, k) => 1 / (1 + behind(k)));
  const missing = z.map((_, k) => sum((j) => p[j]!, k));
  const loss = z.reduce((total, _, k) => total + q[k]! * Math.log1p(behind(k)), 0);
  return { loss, gradient: p.map((_, k) => (1 - q[k]!) * p[k]! - q[k]! * missing[k]!) };
}

function computed(z: number[], labels: tf.Tensor1D | tf.Tensor2D) {
  const { value, grad } = tf.valueAndGrad((logits: tf.Tensor2D) =>
    softmaxCrossEntropy(labels, logits),
  )(tf.tensor2d([z]));
  return { loss: value.dataSync()[0]!, gradient: [...grad.dataSync()] };
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

/** The largest error beside the largest entry. */
function error(actual: number[], expected: number[]): number {
  const size = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!))) / size;
}

describe.each(['tensorflow', 'cpu', 'wasm'])('on the backend %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'tensorflow') await loadNative();
    else await tf.setBackend(backend);
  });

  describe.each(margins)('at a margin of %d', (margin) => {
    it.each([0, 3])('the gradient of class %d is exact in every entry, right or wrong', (y) => {
      for (const winner of [0, 3]) {
        const z = leading(winner, margin);
        const expected = exact(z, oneHot(y));
        const { loss, gradient } = computed(z, tf.tensor1d([y], 'int32'));
        gradient.forEach((g, k) => {
          expect(Math.abs(g / expected.gradient[k]! - 1)).toBeLessThan(2e-6);
        });
        expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(2e-6);
        expect(cosine(gradient, expected.gradient)).toBeCloseTo(1, 6);
      }
    });

    it.each(Object.keys(targets))('so is that of %s rows', (kind) => {
      for (const [winner, y] of [
        [0, 0],
        [3, 0],
        [2, 2],
      ] as const) {
        const [z, q] = [leading(winner, margin), targets[kind]!(y).map(Math.fround)];
        const expected = exact(z, q);
        const { loss, gradient } = computed(z, tf.tensor2d([q]));
        expect(error(gradient, expected.gradient)).toBeLessThan(2e-6);
        expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(2e-6);
      }
    });
  });

  it('the cosine of an update with the gradient of a confident sample keeps its sign', () => {
    const z = leading(3, 18);
    const update = [0.5, 0.3, 0.4, 1];
    const expected = cosine(update, exact(z, oneHot(3)).gradient);
    const rounded = exact(z, oneHot(3)).gradient.map((g, k) => (k === 3 ? 0 : g));
    const { gradient } = computed(z, tf.tensor1d([3], 'int32'));
    expect(expected).toBeLessThan(-0.2);
    expect(cosine(update, rounded)).toBeGreaterThan(0.2);
    expect(cosine(update, gradient)).toBeCloseTo(expected, 5);
  });
});
