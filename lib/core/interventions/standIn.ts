import type * as tf from '@tensorflow/tfjs';
import { Block } from '../layers';

/** What a layer's `call` takes besides the inputs. */
export type CallOptions = Parameters<tf.layers.Layer['call']>[1];

/** A block that stands in a layer's place, under its name and on its weights, which stay that layer's to free. */
export abstract class StandIn<L extends tf.layers.Layer = Block> extends Block {
  constructor(readonly original: L) {
    super({ name: original.name });
    this.built = true;
  }

  override get trainableWeights(): tf.LayerVariable[] {
    return this.original.trainableWeights;
  }

  override get nonTrainableWeights(): tf.LayerVariable[] {
    return this.original.nonTrainableWeights;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return this.original.computeOutputShape(inputShape) as tf.Shape;
  }

  protected override disposeWeights(): number {
    return 0;
  }
}
