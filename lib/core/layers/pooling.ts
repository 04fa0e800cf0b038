import * as tf from '@tensorflow/tfjs';
import { Block, carryingNothing, partsOf, type LayerArgs, type Parts } from './block';

/** What a {@link Pooling} takes. */
export interface PoolingArgs extends LayerArgs {
  /** What it takes of each window. */
  kind: 'max' | 'average';
  /** Height and width of a window. */
  size: number;
  /** Distance of windows. Default `size`. */
  strides?: number;
}

/**
 * The block between two stages that only makes images smaller: y is the maximum or the mean of each
 * window of x, [batch, height, width, channels], without padding's share. As a block it has T = 1 and
 * C = 0, and no weights.
 */
export class Pooling extends Block {
  /** @nocollapse */
  static className = 'Pooling';

  private readonly options: { kind: 'max' | 'average'; size: number; strides: number };

  /** @throws RangeError when `kind` is unknown, or `size` or `strides` is not a positive integer. */
  constructor(args: PoolingArgs) {
    super(args, ['kind', 'size', 'strides']);
    const { kind, size, strides = size } = args;
    this.options = {
      kind: this.oneOf('kind', kind, ['max', 'average']),
      size: this.positiveInteger('size', size),
      strides: this.positiveInteger('strides', strides),
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor {
    this.invokeCallHook(inputs, kwargs);
    const x = this.onlyInput(inputs) as tf.Tensor4D;
    this.channelsOf(x.shape);
    const { kind, size, strides } = this.options;
    return (kind === 'max' ? tf.maxPool : tf.avgPool)(x, size, strides, 'same');
  }

  override parts(x: tf.Tensor): Parts {
    return partsOf(x, () => carryingNothing(this.call(x, {})));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const channels = this.channelsOf(inputShape as tf.Shape);
    const [batch, height, width] = inputShape as number[];
    const shrunk = (side: number) => Math.ceil(side / this.options.strides);
    return [batch!, shrunk(height!), shrunk(width!), channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options };
  }
}

tf.serialization.registerClass(Pooling);
