import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { Split } from '../../lib/core/data';
import { Stream } from '../../lib/core/engine';
import { lesion, rewire, sweep } from '../../lib/core/interventions';
import { Block, PlainConv, Pooling, type Parts } from '../../lib/core/layers';
import { Network } from '../../lib/core/networks';
import { numbers, onTheAddon } from '../layers/native';

onTheAddon();

/** y = x + w mean(x) over the positions: of any size, and of another value at each. */
class Averaging extends Block {
  static className = 'Averaging';
  private w!: tf.LayerVariable;

  constructor(
    name: string,
    private readonly start: number,
  ) {
    super({ name });
  }

  override build(shape: tf.Shape | tf.Shape[]): void {
    const initializer = tf.initializers.constant({ value: this.start });
    this.w = this.addWeight('w', [], 'float32', initializer);
    super.build(shape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = [inputs].flat() as [tf.Tensor];
    return tf.tidy(() => tf.add(x, tf.mul(tf.tanh(tf.mean(x, [1, 2], true)), this.w.read())));
  }

  override parts(): Parts {
    throw new Error('not needed here');
  }
}

function network(): Network {
  const [a, b] = [new Averaging('a', 0.7), new Averaging('b', -1.3)];
  const { glorotUniform } = tf.initializers;
  return new Network({
    inputShape: [6, 6, 1],
    stem: [
      new PlainConv({
        name: 'stem',
        filters: 2,
        batchNorm: false,
        kernelInitializer: glorotUniform({ seed: 1 }),
      }),
    ],
    stages: [
      [a, b],
      [new Pooling({ name: 'pooling', kind: 'max', size: 2 }), b, a, b],
    ],
    head: [
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, kernelInitializer: glorotUniform({ seed: 2 }) }),
    ],
  });
}

it('a sweep runs a block that stands at two image sizes at both, as each network does alone', async () => {
  const stream = Stream.of(3);
  const pixels = Float32Array.from({ length: 20 * 36 }, () => stream.normal());
  const classes = Array.from({ length: 20 }, () => stream.integer(3));
  const data = new Split(tf.tensor(pixels, [20, 6, 6, 1]), tf.tensor1d(classes, 'int32'));
  const whole = network();
  const networks = [
    whole,
    lesion(whole, 'a'),
    lesion(whole, 'b'),
    rewire(whole, [
      [1, 0],
      [2, 3, 4],
    ]),
    rewire(whole, [[0], [2, 4, 3, 3]]),
    rewire(whole, [[0, 0, 1], [2]]),
  ];
  const scores = await sweep(networks, data);
  const losses = networks.map((each) => {
    const logits = numbers(each.logits(data.inputs));
    const rows = classes.map((_, i) => logits.slice(3 * i, 3 * i + 3));
    const loss = rows.map((row, i) => {
      return Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[classes[i]!]!;
    });
    return loss.reduce((sum, each) => sum + each) / 20;
  });
  scores.forEach(({ loss }, i) => expect(loss).toBeCloseTo(losses[i]!, 5));
  expect(new Set(losses.map((loss) => loss.toFixed(6))).size).toBe(networks.length);
});
