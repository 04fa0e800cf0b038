import * as fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import type { Split } from '../../lib/core/data';
import { upload } from '../../lib/datasets/upload';
import { Stream } from '../../lib/core/engine';
import { Block, type Parts } from '../../lib/core/layers';
import { highwayNet, Network, plainNet, residualNet } from '../../lib/core/networks';

export const kinds = ['plain', 'highway', 'residual'] as const;
export type Kind = (typeof kinds)[number];

/** A net of `blocks` blocks, 5 wide, for images of 7 pixels and 3 classes, with weights of some size. */
export function net(kind: Kind, blocks = 6, seed = 1): Network {
  const options = {
    inputs: [1, 1, 7],
    width: 5,
    depth: blocks + 1,
    classes: 3,
    activation: 'tanh',
    stream: Stream.of(seed),
  } as const;
  if (kind === 'plain') return plainNet(options);
  if (kind === 'residual') return residualNet({ ...options, branchScale: 0.5 });
  return highwayNet({ ...options, transformBias: -0.5 });
}

/** A residual block of one dense layer that may widen its state, on a shortcut padded with zeros. */
export class Widening extends Block {
  static className = 'Widening';
  private kernel!: tf.LayerVariable;

  constructor(
    name: string,
    private readonly units: number,
    private readonly seed: number,
  ) {
    super({ name });
  }

  override build(shape: tf.Shape | tf.Shape[]): void {
    const initializer = tf.initializers.glorotUniform({ seed: this.seed });
    const inputs = (shape as tf.Shape)[1]!;
    this.kernel = this.addWeight('kernel', [inputs, this.units], 'float32', initializer);
    super.build(shape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor2D;
    return tf.tidy(() => tf.add(this.shortcut(x), this.branch(x)));
  }

  override parts(): Parts {
    throw new Error('not needed here');
  }

  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch, width] = shape as tf.Shape;
    const built = this.kernel?.shape[0] ?? width!;
    if (built !== width) throw new Error(`"${this.name}" was built for [batch, ${built}].`);
    return [batch!, this.units];
  }

  override shortcut(x: tf.Tensor): tf.Tensor {
    const more = this.units - x.shape[1]!;
    return more === 0
      ? x.clone()
      : tf.pad(x as tf.Tensor2D, [
          [0, 0],
          [0, more],
        ]);
  }

  branch(x: tf.Tensor2D): tf.Tensor {
    return tf.tanh(tf.matMul(x, this.kernel.read() as tf.Tensor2D));
  }
}

/** Two stages, 4 and 6 wide, of three blocks each; `b_0` widens. */
export function twoStages(seed = 1): Network {
  const stage = (name: string, units: number) =>
    [0, 1, 2].map((i) => new Widening(`${name}_${i}`, units, seed * 100 + units * 10 + i));
  const initializer = (seed: number) => tf.initializers.glorotUniform({ seed });
  return new Network({
    inputShape: [1, 1, 7],
    stem: [
      tf.layers.flatten({ name: 'flatten' }),
      tf.layers.dense({ name: 'stem', units: 4, kernelInitializer: initializer(seed) }),
    ],
    stages: [stage('a', 4), stage('b', 6)],
    head: [tf.layers.dense({ name: 'logits', units: 3, kernelInitializer: initializer(seed + 1) })],
  });
}

/** Nine images. */
export function inputs(seed = 5): tf.Tensor4D {
  const stream = Stream.of(seed);
  return tf.tensor4d(
    Float32Array.from({ length: 9 * 7 }, () => stream.normal()),
    [9, 1, 1, 7],
  );
}

/** Random images with random labels. */
export function split(size: number, seed = 1): Split {
  const stream = Stream.of(seed);
  const pixels = Uint8Array.from({ length: size * 7 }, () => stream.integer(256));
  const labels = Uint8Array.from({ length: size }, () => stream.integer(3));
  return upload({ pixels, labels }, [1, 1, 7]);
}

/** The logits as numbers. */
export function logits(network: Network, x: tf.Tensor): number[] {
  const result = network.logits(x);
  const values = [...result.dataSync()];
  result.dispose();
  return values;
}

/** The largest difference. */
export function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

/** Nets of 2 to 8 blocks. */
export const settings = fc.record({
  kind: fc.constantFrom(...kinds),
  blocks: fc.integer({ min: 2, max: 8 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
});
