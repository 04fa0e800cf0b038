import { sha256 } from '@noble/hashes/sha2';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/**
 * A seeded source of random numbers. Two streams with the same seed and labels draw the same numbers.
 *
 * A stream has a key: SHA-256 of its seed, or of its parent's key followed by its label. The first 128
 * bits of the key are the state that xoroshiro128+ starts in (Blackman and Vigna 2021), so that streams
 * with other labels have nothing in common, however alike the labels.
 */
export class Stream {
  private readonly generator;

  private constructor(private readonly key: Uint8Array) {
    const { buffer, byteOffset } = key;
    const words = new DataView(buffer, byteOffset);
    this.generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => words.getInt32(at)));
  }

  /**
   * A stream for `seed`.
   * @throws RangeError when `seed` is not an integer.
   */
  static of(seed: number): Stream {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`A seed is an integer, not ${seed}.`);
    return new Stream(sha256(utf8ToBytes(String(seed))));
  }

  /** An independent stream that depends on this stream's seed and `label`, not on what was drawn so far. */
  fork(label: string | number): Stream {
    return new Stream(sha256(concatBytes(this.key, utf8ToBytes(String(label)))));
  }

  /** A seed for code that takes one and reads 0 as "unseeded" (tfjs does): in [1, 2^31 - 1]. */
  seed(): number {
    return uniformInt(this.generator, 1, 0x7fffffff);
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat64(this.generator);
  }

  /**
   * An integer in [0, n).
   * @throws RangeError when n is not a positive integer.
   */
  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) {
      throw new RangeError(`An integer is drawn from 0 to below a positive integer, not ${n}.`);
    }
    return uniformInt(this.generator, 0, n - 1);
  }

  /** Normal with the given mean and standard deviation (Box and Muller 1958). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The integers 0 ... n - 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
