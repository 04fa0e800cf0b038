import * as fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../../lib/backends/native/load';
import { Stream } from '../../lib/core/engine';
import {
  drop,
  lesion,
  orderTau,
  patch,
  repeat,
  rewire,
  scale,
  shuffle,
  truncate,
} from '../../lib/core/interventions';
import type { Network } from '../../lib/core/networks';
import { distance, inputs, kinds, logits, net, settings, twoStages, type Kind } from './nets';

beforeAll(async () => {
  await loadNative();
});

const names = (network: Network) => network.stages.map((stage) => stage.map(({ name }) => name));
const runs = { numRuns: 25 };

/** The terms of each block, with the given ones forced to a constant by the equation of the papers. */
function forced(network: Network, removed: ReadonlySet<string>, x: tf.Tensor): number[] {
  return tf.tidy(() => {
    let state = network.embed(x);
    for (const block of network.blocks) {
      const { candidate, transform, carry } = block.parts(state);
      const gated = removed.has(block.name) ? tf.zerosLike(transform) : transform;
      const coupled = block.getClassName() === 'HighwayDense';
      const carried = coupled ? tf.sub(1, gated) : carry;
      state = tf.add(tf.mul(candidate, gated), tf.mul(state, carried));
    }
    return [...network.classify(state).dataSync()];
  });
}

describe('rewire', () => {
  it('in the same order is the identity to the bit', () => {
    fc.assert(
      fc.property(settings, ({ kind, blocks, seed }) => {
        const network = net(kind, blocks, seed);
        const x = inputs(seed);
        const byName = rewire(network, names(network));
        const byIndex = rewire(network, [network.blocks.map((_, i) => i)]);
        expect(logits(byName, x)).toEqual(logits(network, x));
        expect(logits(byIndex, x)).toEqual(logits(network, x));
        x.dispose();
        network.dispose();
      }),
      runs,
    );
  });

  it('runs the blocks in the order given, as often as given', () => {
    const network = net('highway', 3);
    const x = inputs();
    const rewired = rewire(network, [['highway_03', 0, 0]]);
    const expected = tf.tidy(() => {
      const [a, , c] = network.blocks;
      let state = network.embed(x);
      for (const block of [c!, a!, a!]) state = block.apply(state) as tf.Tensor;
      return [...network.classify(state).dataSync()];
    });
    expect(logits(rewired, x)).toEqual(expected);
    expect(logits(rewired, x)).not.toEqual(logits(network, x));
  });

  it('leaves the network as it was', () => {
    const network = twoStages();
    const [before, x] = [names(network), inputs()];
    const values = logits(network, x);
    for (const change of [
      () => rewire(network, [['a_2'], ['b_0']]),
      () => lesion(network, 'a_1', 'b_0'),
      () => shuffle(network, 3, Stream.of(1)),
      () => drop(network, 3, Stream.of(1)),
      () => repeat(network, 'b_2', 4),
      () => truncate(network, [1, 2]),
      () => scale(network, 'b_0', 0.1),
      () => patch(network, 'b_0', inputs(2)),
    ]) {
      expect(distance(logits(change(), x), values)).toBeGreaterThan(1e-4);
      expect(names(network)).toEqual(before);
      expect(logits(network, x)).toEqual(values);
    }
  });

  it('shares weights both ways: training one changes the other', () => {
    const network = net('residual', 4);
    const rewired = rewire(network, [[3, 1]]);
    const x = inputs();
    const train = (trained: Network) =>
      tf.train.sgd(0.1).minimize(() => tf.sum<tf.Scalar>(tf.square(trained.logits(x))));
    for (const [trained, other] of [
      [network, rewired],
      [rewired, network],
    ] as const) {
      const before = logits(other, x);
      train(trained);
      expect(distance(logits(other, x), before)).toBeGreaterThan(1e-4);
      expect(logits(rewire(network, [[3, 1]]), x)).toEqual(logits(rewired, x));
    }
    const scaled = scale(network, 0, 0.5);
    expect(new Set(scaled.variables)).toEqual(new Set(network.variables));
  });

  it('also as a tfjs model, whose disposal leaves the weights to the network', () => {
    const network = net('highway', 3);
    const x = inputs();
    const before = logits(network, x);
    for (const other of [lesion(network, 1), scale(network, 1, 0.5)]) {
      const softmax = tf.softmax(other.logits(x));
      const predicted = other.model.predict(x) as tf.Tensor;
      expect(distance([...predicted.dataSync()], [...softmax.dataSync()])).toBeLessThan(1e-6);
      other.dispose();
      expect(logits(network, x)).toEqual(before);
    }
  });

  it('refuses what the network does not have, and lists what it has', () => {
    const network = twoStages();
    const message = (change: () => unknown) => {
      try {
        change();
      } catch (error) {
        return (error as Error).message;
      }
      return 'no error';
    };
    const list = 'Its 6 blocks: stage 0: a_0, a_1, a_2; stage 1: b_0, b_1, b_2.';
    expect(message(() => lesion(network, 'a_3'))).toBe(`The network has no block "a_3". ${list}`);
    expect(message(() => repeat(network, 6, 2))).toBe(
      `The network has no block 6, counted from 0. ${list}`,
    );
    expect(message(() => rewire(network, [['a_0']]))).toContain(
      'this one has 1, the network has 2',
    );
    expect(message(() => rewire(network, [['a_0']]))).toContain(list);
    expect(message(() => truncate(network, [4, 3]))).toContain(
      'stages of [3, 3] there is no [4, 3]',
    );
    expect(message(() => drop(network, 7, Stream.of(1)))).toContain('0 to 6 blocks can be removed');
    expect(message(() => repeat(network, 'a_0', 0))).toContain('not 0');
    expect(message(() => shuffle(network, 1.5, Stream.of(1)))).toContain('not 1.5');
    expect(message(() => scale(network, 'a_0', NaN))).toContain('not NaN');
    expect(message(() => shuffle(net('plain', 1), 1, Stream.of(1)))).toContain('no two blocks');
  });

  it('refuses an order whose states do not fit, naming block and shape', () => {
    const network = twoStages();
    expect(() => rewire(network, [['a_0'], ['b_1']])).toThrow(/"b_1" can't follow.*\[batch, 4\]/);
    expect(() => truncate(network, [3, 0])).toThrow(/"logits" can't follow/);
    expect(() => repeat(network, 'b_0', 2)).toThrow(/"b_0" can't follow.*\[batch, 6\]/);
  });
});

describe('lesion', () => {
  it('equals forcing T = 0, or F = 0, to 1e-6', () => {
    const gated = settings.filter(({ kind }) => kind !== 'plain');
    fc.assert(
      fc.property(gated, fc.nat(), ({ kind, blocks, seed }, pick) => {
        const network = net(kind, blocks, seed);
        const x = inputs(seed);
        const { name } = network.blocks[pick % blocks]!;
        const expected = forced(network, new Set([name]), x);
        expect(distance(logits(lesion(network, name), x), expected)).toBeLessThan(1e-6);
        expect(distance(expected, logits(network, x))).toBeGreaterThan(0);
        x.dispose();
        network.dispose();
      }),
      runs,
    );
  });

  it('takes a plain layer out', () => {
    const network = net('plain', 4);
    const x = inputs();
    const without = rewire(network, [[0, 2, 3]]);
    expect(logits(lesion(network, 1), x)).toEqual(logits(without, x));
  });

  it('keeps the shortcut of a block that changes the shape', () => {
    const network = twoStages();
    const x = inputs();
    const expected = tf.tidy(() => {
      let state = network.embed(x);
      for (const block of network.blocks) {
        if (block.name === 'b_0') {
          const padding = tf.zeros([state.shape[0], 2]);
          state = tf.concat([state, padding], 1);
        } else state = block.apply(state) as tf.Tensor;
      }
      return [...network.classify(state).dataSync()];
    });
    expect(distance(logits(lesion(network, 'b_0'), x), expected)).toBeLessThan(1e-6);
    expect(logits(lesion(scale(network, 'b_0', 3), 'b_0'), x)).toEqual(
      logits(lesion(network, 'b_0'), x),
    );
  });

  it('is the end of a scale at 0, and the block itself that at 1', () => {
    for (const network of [net('highway'), net('residual'), twoStages()]) {
      const x = inputs();
      const { name } = network.blocks[3]!;
      const [none, all] = [0, 1].map((factor) => logits(scale(network, name, factor), x));
      expect(distance(none!, logits(lesion(network, name), x))).toBeLessThan(1e-6);
      expect(distance(all!, logits(network, x))).toBeLessThan(1e-5);
    }
  });
});

describe('drop', () => {
  it('removes as many different blocks as asked, the same for the same stream', () => {
    fc.assert(
      fc.property(settings, fc.nat(), ({ kind, blocks, seed }, pick) => {
        const network = net(kind, blocks, seed);
        const count = pick % (blocks + 1);
        const kept = names(drop(network, count, Stream.of(seed)))[0]!;
        expect(kept).toHaveLength(blocks - count);
        expect(names(network)[0]!.filter((name) => kept.includes(name))).toEqual(kept);
        expect(names(drop(network, count, Stream.of(seed)))[0]).toEqual(kept);
        network.dispose();
      }),
      runs,
    );
  });

  it('reaches every block', () => {
    const network = net('plain', 4);
    const seen = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const kept = names(drop(network, 1, Stream.of(seed)))[0]!;
      for (const name of names(network)[0]!) if (!kept.includes(name)) seen.add(name);
    }
    expect(seen.size).toBe(4);
  });
});

describe('shuffle', () => {
  it('permutes within stages, and is the identity without a swap', () => {
    const network = twoStages();
    for (let seed = 0; seed < 30; seed++) {
      const shuffled = names(shuffle(network, 5, Stream.of(seed)));
      expect(shuffled.map((stage) => [...stage].sort())).toEqual(names(network));
      expect(shuffled[1]![0]).toBe('b_0');
    }
    expect(names(shuffle(network, 0, Stream.of(1)))).toEqual(names(network));
  });

  it('goes across stages only where both blocks fit, and then does', () => {
    const network = rewire(net('highway', 6), [[0, 1, 2, 3, 4, 5]]);
    const inTwo = rewireStages(network, 3);
    const crossed = names(shuffle(inTwo, 9, Stream.of(3), 'across'));
    expect(crossed.flat().sort()).toEqual(names(network).flat());
    expect([...crossed[0]!].sort()).not.toEqual(names(inTwo)[0]);
    const within = names(shuffle(inTwo, 9, Stream.of(3)));
    expect([...within[0]!].sort()).toEqual(names(inTwo)[0]);
    const apart = names(shuffle(twoStages(), 9, Stream.of(3), 'across'));
    expect(apart.map((stage) => [...stage].sort())).toEqual(names(twoStages()));
  });

  it('has the tau of its order: 1 in order, -1 reversed, by hand for the rest', () => {
    const network = net('plain', 4);
    const tau = (order: number[]) => orderTau(network, rewire(network, [order]));
    expect(tau([0, 1, 2, 3])).toBe(1);
    expect(tau([3, 2, 1, 0])).toBe(-1);
    expect(tau([1, 0, 2, 3])).toBeCloseTo(1 - 2 / 6, 12);
    expect(tau([3, 1, 2, 0])).toBeCloseTo((1 - 5) / 6, 12);
    expect(() => tau([0, 1, 2])).toThrow('same blocks, each once');
    expect(() => tau([0, 1, 2, 2])).toThrow('same blocks, each once');
  });

  it('by one swap of places i < j has d = 2 (j - i) - 1 discordant pairs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(), (blocks, seed) => {
        const network = net('plain', blocks);
        const once = shuffle(network, 1, Stream.of(seed));
        const moved = network.blocks.flatMap((block, i) => (once.blocks[i] === block ? [] : [i]));
        expect(moved).toHaveLength(2);
        const discordant = 2 * (moved[1]! - moved[0]!) - 1;
        const expected = 1 - (4 * discordant) / (blocks * (blocks - 1));
        expect(orderTau(network, once)).toBeCloseTo(expected, 12);
        network.dispose();
      }),
      runs,
    );
  });
});

describe('truncate and repeat', () => {
  it('exit after a prefix, and run a block again', () => {
    const network = net('highway', 3);
    const x = inputs();
    expect(logits(truncate(network, [2]), x)).toEqual(logits(rewire(network, [[0, 1]]), x));
    expect(logits(truncate(network, [0]), x)).toEqual(logits(rewire(network, [[]]), x));
    expect(logits(repeat(network, 'highway_02', 3), x)).toEqual(
      logits(rewire(network, [[0, 1, 1, 1, 2]]), x),
    );
    expect(logits(repeat(network, 0, 1), x)).toEqual(logits(network, x));
  });
});

describe('repeat at a scale', () => {
  it('adds factor F(h) each further time, of the block itself or of another one', () => {
    const network = net('residual', 3);
    const x = inputs();
    for (const by of [2, 0]) {
      const expected = tf.tidy(() => {
        let state = network.blocks.reduce((h, b) => b.apply(h) as tf.Tensor, network.embed(x));
        for (let i = 0; i < 4; i++) {
          state = tf.add(state, tf.mul(network.blocks[by]!.parts(state).update, 0.3));
        }
        return [...network.classify(state).dataSync()];
      });
      const repeated = repeat(network, 2, 5, { factor: 0.3, by });
      expect(distance(logits(repeated, x), expected)).toBeLessThan(1e-6);
      expect(distance(logits(repeated, x), logits(repeat(network, 2, 5), x))).toBeGreaterThan(1e-3);
    }
    const others = repeat(network, 2, 3, { by: 0 });
    expect(logits(others, x)).toEqual(logits(rewire(network, [[0, 1, 2, 0, 0]]), x));
  });

  it('refuses a factor that is none, a block that is not there, and one of another shape', () => {
    const network = twoStages();
    expect(() => repeat(network, 0, 2, { factor: NaN })).toThrow('finite factor, not NaN');
    expect(() => repeat(network, 0, 2, { by: 'c' })).toThrow('no block "c"');
    expect(() => repeat(network, 'b_1', 2, { by: 'a_1', factor: 0.5 })).toThrow('"a_1"');
  });
});

describe('patch', () => {
  const cases: [Kind, string][] = kinds.map((kind) => [kind, `${kind}_03`]);

  it.each(cases)(
    'of the whole output of a block makes the rest run as on the donor (%s)',
    (kind) => {
      const network = net(kind);
      const [x, donor] = [inputs(1), inputs(2)];
      const patched = patch(network, `${kind}_03`, donor, 'output');
      expect(distance(logits(patched, x), logits(network, donor))).toBeLessThan(1e-6);
      const one = tf.slice(donor, 4, 1);
      const broadcast = logits(patch(network, `${kind}_03`, one, 'output'), x);
      const expected = Array.from({ length: 9 }, () => logits(network, one)).flat();
      expect(distance(broadcast, expected)).toBeLessThan(1e-6);
    },
  );

  it("of an update adds the donor's update to the own state", () => {
    const network = net('residual', 3);
    const [x, donor] = [inputs(1), inputs(2)];
    const expected = tf.tidy(() => {
      const [a, b, c] = network.blocks;
      const after = (h: tf.Tensor) => a!.apply(h) as tf.Tensor;
      const [own, other] = [after(network.embed(x)), after(network.embed(donor))];
      const state = tf.add(own, b!.parts(other).update);
      return [...network.classify(c!.apply(state) as tf.Tensor).dataSync()];
    });
    expect(distance(logits(patch(network, 1, donor), x), expected)).toBeLessThan(1e-6);
    expect(distance(logits(patch(network, 1, x), x), logits(network, x))).toBeLessThan(1e-6);
  });

  it('refuses, by name, a donor of another number of inputs and one that is gone', () => {
    const [x, donor] = [inputs(1), tf.slice(inputs(2), 0, 5)];
    const patched = patch(net('highway', 3), 'highway_02', donor);
    const other = 'the patch at "highway_02" has 5 inputs, and the network runs on 9';
    expect(() => logits(patched, x)).toThrow(other);
    donor.dispose();
    expect(() => logits(patched, x)).toThrow('the patch at "highway_02" has been disposed');
  });
});

it('no intervention leaves tensors behind', () => {
  const network = twoStages();
  const x = inputs();
  logits(network, x);
  const before = tf.memory().numTensors;
  for (const changed of [
    rewire(network, names(network)),
    lesion(network, 'b_0'),
    truncate(network, [1, 2]),
    repeat(network, 'b_1', 3),
    drop(network, 2, Stream.of(1)),
    shuffle(network, 3, Stream.of(1)),
    scale(network, 'a_1', 0.5),
    patch(network, 'b_1', x),
    patch(network, 'b_0', x, 'output'),
  ]) {
    logits(changed, x);
  }
  expect(tf.memory().numTensors).toBe(before);
});

/** The same blocks in stages of `length`. */
function rewireStages(network: Network, length: number): Network {
  const stages = [network.blocks.slice(0, length), network.blocks.slice(length)];
  const { inputShape, stem, head } = network;
  return new (network.constructor as typeof Network)({
    inputShape: [...inputShape],
    stem: [...stem],
    stages,
    head: [...head],
  });
}
