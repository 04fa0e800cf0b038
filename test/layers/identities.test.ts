import * as fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { loadNative } from '../../lib/backends/native/load';
import { HighwayDense, ResidualDense } from '../../lib/core/layers';
import { error, outputs, setWeights, settings } from './cases';
import { randomMatrix, randomWeights, type Weights } from './reference';

const shut = -1e4;
const open = 1e4;

beforeAll(async () => {
  await loadNative();
});

/** Holds for any shape, activation and weights. */
function always(check: (stream: Stream, units: number, x: number[][]) => void) {
  fc.assert(
    fc.property(settings, ({ seed, units, batch }) => {
      const stream = Stream.of(seed);
      check(stream, units, randomMatrix(stream, batch, units));
    }),
    { numRuns: 20 },
  );
}

function built<T extends HighwayDense | ResidualDense>(layer: T, weights: Weights[]): T {
  layer.apply(tf.input({ shape: [layer.units] }));
  setWeights(layer, weights);
  return layer;
}

/** A gate that is `value` before the sigmoid, whatever the input. */
function constantGate(units: number, value: number): Weights {
  const zeros = Array.from({ length: units }, () => new Array<number>(units).fill(0));
  return { kernel: zeros, bias: new Array<number>(units).fill(value) };
}

describe('a highway layer', () => {
  it.each(['coupled', 'transform-only'] as const)(
    'with %s gates and T = 0 returns its input to the bit',
    (gates) => {
      always((stream, units, x) => {
        const weights = [randomWeights(stream, units, units), constantGate(units, shut)];
        const layer = built(new HighwayDense({ units, gates }), weights);
        expect(outputs(layer, x)).toEqual(x.flat());
      });
    },
  );

  it('with coupled gates and T = 1 returns the candidate', () => {
    always((stream, units, x) => {
      const weights = [randomWeights(stream, units, units), constantGate(units, open)];
      const layer = built(new HighwayDense({ units, activation: 'tanh' }), weights);
      const candidate = tf.tidy(() => [...layer.parts(tf.tensor2d(x)).candidate.dataSync()]);
      expect(error(outputs(layer, x), candidate)).toBeLessThan(1e-6);
    });
  });

  it('with full gates and C = 1 - T is the coupled layer', () => {
    always((stream, units, x) => {
      const [h, t] = [randomWeights(stream, units, units), randomWeights(stream, units, units)];
      const negated = {
        kernel: t.kernel.map((row) => row.map((v) => -v)),
        bias: t.bias.map((v) => -v),
      };
      const coupled = built(new HighwayDense({ units }), [h, t]);
      const full = built(new HighwayDense({ units, gates: 'full' }), [h, t, negated]);
      expect(error(outputs(full, x), outputs(coupled, x))).toBeLessThan(1e-6);
    });
  });

  it('with T = 1 and C = 1 is the residual block', () => {
    always((stream, units, x) => {
      const h = randomWeights(stream, units, units);
      const gate = constantGate(units, open);
      const full = built(new HighwayDense({ units, gates: 'full' }), [h, gate, gate]);
      const residual = built(new ResidualDense({ units }), [h]);
      expect(error(outputs(full, x), outputs(residual, x))).toBeLessThan(1e-6);
    });
  });

  it('starts at the given transform bias, and by default at C = 1 - T', () => {
    const layer = new HighwayDense({ units: 3, gates: 'full', transformBias: -1.5 });
    layer.apply(tf.input({ shape: [3] }));
    const { transform, carry } = layer.parts(tf.zeros([1, 3]));
    const t = 1 / (1 + Math.exp(1.5));
    expect(error([...transform.dataSync()], [t, t, t])).toBeLessThan(1e-6);
    expect(error([...carry.dataSync()], [1 - t, 1 - t, 1 - t])).toBeLessThan(1e-6);
    expect([...layer.transformBias!.dataSync()]).toEqual([-1.5, -1.5, -1.5]);
  });
});
