import * as fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';
import { error, families, gradients, makeCase, outputs, settings, type Case } from './cases';
import { differences, dot, randomMatrix, type Matrix } from './reference';

describe.each(['tensorflow', 'cpu'])('on the backend %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'tensorflow') await loadNative();
    else await tf.setBackend(backend);
  });

  describe.each(families)('%s', (family) => {
    it('computes what its equation says, in any shape', () => {
      fc.assert(
        fc.property(settings, (setting) => {
          const { layer, x, reference } = makeCase(family, setting);
          expect(error(outputs(layer, x), reference(x).flat())).toBeLessThan(1e-5);
          layer.dispose();
        }),
        { numRuns: 25 },
      );
    });

    it('has the gradient of its equation, by central differences in float64', () => {
      fc.assert(
        fc.property(settings, (setting) => {
          const example = makeCase(family, setting);
          const { layer, x, reference } = example;
          const r = randomMatrix(
            Stream.of(setting.seed).fork('r'),
            x.length,
            reference(x)[0]!.length,
          );
          const [wide, narrow] = [1e-4, 1e-5].map((step) => gradientOf(example, r, step));
          const smooth = wide!.every((part, i) => error(part, narrow![i]!) < 1e-6);
          fc.pre(smooth);
          const actual = gradients(layer, x, r);
          narrow!.forEach((part, i) => expect(error(actual[i]!, part)).toBeLessThan(1e-4));
          layer.dispose();
        }),
        { numRuns: 15 },
      );
    });
  });
});

/** By x, then by each weight. At a kink of relu it depends on the step. */
function gradientOf({ x, weights, reference }: Case, r: Matrix, step: number): number[][] {
  const loss = () => dot(reference(x), r);
  const by = (values: number[]) => differences(values, loss, step);
  return [x.flatMap(by), ...weights.flatMap(({ kernel, bias }) => [kernel.flatMap(by), by(bias)])];
}
