import * as fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';
import { error } from './cases';
import { convFamilies, makeConvCase, randomImage, toTensor, type ConvCase } from './convCases';
import { differences } from './reference';

const modes = [
  ['training', true],
  ['evaluation', false],
] as const;

describe.each(['tensorflow', 'cpu'])('on the backend %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'tensorflow') await loadNative();
    else await tf.setBackend(backend);
  });

  describe.each(convFamilies)('%s', (family) => {
    it.each(modes)('computes what its equation says, in %s', (_, training) => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const { layer, x, reference } = makeConvCase(family, seed);
          const y = tf.tidy(() => [
            ...(layer.apply(toTensor(x), { training }) as tf.Tensor).dataSync(),
          ]);
          expect(error(y, reference(x, training).values)).toBeLessThan(1e-5);
          layer.dispose();
        }),
        { numRuns: 10 },
      );
    });

    it.each(modes)(
      'has the gradient of its equation, by central differences, in %s',
      (_, training) => {
        fc.assert(
          fc.property(fc.nat(), (seed) => {
            const example = makeConvCase(family, seed);
            const { layer, x, reference } = example;
            const r = randomImage(Stream.of(seed).fork('r'), reference(x, training).shape);
            const by = (step: number) => gradientOf(example, r.values, step, training);
            const [wide, narrow] = [by(1e-4), by(1e-5)];
            fc.pre(wide.every((part, i) => error(part, narrow[i]!) < 1e-5));
            const actual = gradients(example, toTensor(r), training);
            narrow.forEach((part, i) => expect(error(actual[i]!, part)).toBeLessThan(2e-4));
            layer.dispose();
          }),
          { numRuns: backend === 'tensorflow' ? 4 : 1 },
        );
      },
    );
  });
});

/** By x, then by each trainable weight. */
function gradientOf(
  { layer, x, weights, reference }: ConvCase,
  r: number[],
  step: number,
  training: boolean,
): number[][] {
  const loss = () => reference(x, training).values.reduce((sum, v, i) => sum + v * r[i]!, 0);
  const names = layer.trainableWeights.map(({ originalName }) => originalName.split('/').at(-1)!);
  return [x.values, ...names.map((name) => weights[name]!)].map((values) =>
    differences(values, loss, step),
  );
}

function gradients({ layer, x }: ConvCase, r: tf.Tensor, training: boolean): number[][] {
  return tf.tidy(() => {
    const variable = tf.variable(toTensor(x));
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(layer.apply(variable, { training }) as tf.Tensor, r)),
      [variable, ...variables],
    );
    return [variable, ...variables].map(({ name }) => [...grads[name]!.dataSync()]);
  });
}
