import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { softmaxCrossEntropy, Stream } from '../../lib/core/engine';
import { resNet } from '../../lib/core/networks';
import { walk } from '../../lib/core/networks/walk';
beforeAll(async () => {
  await loadNative();
});

const samples = 6;

function pictures(count: number, side: number, channels: number) {
  const stream = Stream.of(4);
  const numbers = Float32Array.from({ length: count * side * side * channels }, () =>
    stream.normal(),
  );
  return {
    inputs: tf.tensor4d(numbers, [count, side, side, channels]),
    labels: tf.tensor1d(
      Int32Array.from({ length: count }, (_, i) => i % 3),
      'int32',
    ),
  };
}

const conv = { inputs: [6, 6, 1], widths: [2, 3], blocks: 3, classes: 3 } as const;

describe('a walk', () => {
  it('shows the states that the blocks pass on, in order', () => {
    const net = resNet({ ...conv, stream: Stream.of(2) });
    const { inputs } = pictures(samples, 6, 1);
    let state = net.embed(inputs);
    tf.tidy(() =>
      walk(net, inputs, ({ place, before, after, parts }) => {
        expect(before.dataSync()).toEqual(state.dataSync());
        state = tf.keep(place.block.apply(state) as tf.Tensor);
        expect(after.dataSync()).toEqual(state.dataSync());
        expect(parts.output.dataSync()).toEqual(state.dataSync());
        return [];
      }),
    );
    const logits = net.classify(state).dataSync();
    expect(logits).toEqual(net.logits(inputs).dataSync());
  });

  it('has gradients of the very net whose states it shows, also where blocks are dropped at random', () => {
    const dropped = { kind: 'uniform', last: 0.5 } as const;
    const net = resNet({ ...conv, preActivation: true, dropPath: dropped, stream: Stream.of(2) });
    const { inputs, labels } = pictures(samples, 6, 1);
    for (let draw = 0; draw < 5; draw++) {
      tf.tidy(() => {
        const visits = walk(
          net,
          inputs,
          ({ before, after, back }) => ({ before, after, ...{ gradient: back!.after } }),
          { labels, training: true },
        );
        const { after, gradient } = visits.at(-1)!;
        const ofHead = tf.grad((state: tf.Tensor) =>
          tf.mul(softmaxCrossEntropy(labels, net.classify(state, { training: true })), samples),
        )(after);
        const difference = tf.max(tf.abs(tf.sub(ofHead, gradient))).dataSync()[0]!;
        expect(difference).toBeLessThan(1e-6);
      });
    }
  });

  it('gives back through a dropped block the gradient it got', () => {
    const dropped = { kind: 'uniform', last: 0.5 } as const;
    const net = resNet({ ...conv, preActivation: true, dropPath: dropped, stream: Stream.of(2) });
    const { inputs, labels } = pictures(samples, 6, 1);
    const [kept, gone] = [new Set<boolean>(), new Set<boolean>()];
    for (let draw = 0; draw < 10; draw++) {
      tf.tidy(() =>
        walk(
          net,
          inputs,
          ({ before, after, back }) => {
            if (before.size !== after.size) return [];
            const same = (a: tf.Tensor, b: tf.Tensor) =>
              tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] === 0;
            const skipped = same(before, after);
            (skipped ? gone : kept).add(same(back!.before, back!.after));
            return [];
          },
          { labels, training: true },
        ),
      );
    }
    expect([...gone]).toEqual([true]);
    expect([...kept]).toEqual([false]);
  });

  it('leaves no tensor behind', () => {
    const net = resNet({ ...conv, stream: Stream.of(2) });
    const { inputs, labels } = pictures(samples, 6, 1);
    const before = tf.memory().numTensors;
    tf.tidy(() => void walk(net, inputs, () => [], { labels }));
    expect(tf.memory().numTensors).toBe(before);
  });
});
