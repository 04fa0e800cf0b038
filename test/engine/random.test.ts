import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../lib/engine/random';

const draw = (stream: Stream) => Array.from({ length: 5 }, () => stream.uniform());

describe('Stream', () => {
  it('draws the same numbers for the same seed and labels', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (seed, label) => {
        expect(draw(Stream.of(seed).fork(label))).toEqual(draw(Stream.of(seed).fork(label)));
      }),
    );
  });

  it('draws other numbers for another seed and for another label', () => {
    expect(draw(Stream.of(0))).not.toEqual(draw(Stream.of(1)));
    expect(draw(Stream.of(0).fork('a'))).not.toEqual(draw(Stream.of(0).fork('b')));
  });

  it('gives a fork that does not depend on what was drawn before', () => {
    const stream = Stream.of(7);
    const before = draw(stream.fork('weights'));
    draw(stream);
    expect(draw(stream.fork('weights'))).toEqual(before);
  });

  it('never hands tfjs the seed 0, which tfjs reads as unseeded', () => {
    const stream = Stream.of(3);
    for (let i = 0; i < 1000; i++) expect(stream.seed()).toBeGreaterThan(0);
  });

  it('permutes: every index exactly once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(200), (seed, n) => {
        const order = Stream.of(seed).permutation(n);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it('has the mean and deviation asked for in its normal draws', () => {
    const stream = Stream.of(11);
    const sample = Array.from({ length: 20_000 }, () => stream.normal(2, 3));
    const mean = sample.reduce((a, b) => a + b) / sample.length;
    const variance = sample.reduce((a, b) => a + (b - mean) ** 2, 0) / sample.length;
    expect(Math.abs(mean - 2)).toBeLessThan((4 * 3) / Math.sqrt(20_000));
    expect(Math.abs(Math.sqrt(variance) - 3)).toBeLessThan(0.1);
  });

  it('says which seed is wrong', () => {
    expect(() => Stream.of(0.5)).toThrow('A seed is an integer, not 0.5.');
  });
});
