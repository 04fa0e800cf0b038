import * as tf from '@tensorflow/tfjs';
import { Block, type Parts } from '../layers';
import { carryingNothing, partsOf } from '../layers/block';
import type { Network } from '../networks';
import { withStages } from '../networks/network';

type Options = Parameters<tf.layers.Layer['call']>[1];

/** What an altered block makes of a state, given what the block itself would. */
export type Alteration = (x: tf.Tensor, run: (x: tf.Tensor) => tf.Tensor) => tf.Tensor;

/** A block that runs in place of another one and has that one's name and weights. */
export class Altered extends Block {
  /** @nocollapse */
  static className = 'Altered';

  constructor(
    readonly block: Block,
    private readonly alteration: Alteration,
  ) {
    super({ name: block.name });
    this.built = true;
    if (block.shortcut) this.shortcut = (x) => block.shortcut!(x);
  }

  override get trainableWeights(): tf.LayerVariable[] {
    return this.block.trainableWeights;
  }

  override get nonTrainableWeights(): tf.LayerVariable[] {
    return this.block.nonTrainableWeights;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], options: Options): tf.Tensor {
    this.invokeCallHook(inputs, options);
    const x = this.onlyInput(inputs);
    return tf.tidy(() =>
      this.alteration(x, (state) => this.block.apply(state, options) as tf.Tensor),
    );
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return this.block.computeOutputShape(inputShape) as tf.Shape;
  }

  /** The terms of a plain layer: an altered block computes its output anew and carries nothing. */
  override parts(x: tf.Tensor): Parts {
    return partsOf(x, () => carryingNothing(this.call(x, {})));
  }

  /** The weights are another block's to free. */
  protected override disposeWeights(): number {
    return 0;
  }
}

/** The network with `alteration` in place of `block`, wherever that stands. */
export function alter(network: Network, block: Block, alteration: Alteration): Network {
  const altered = new Altered(block, alteration);
  return withStages(
    network,
    network.stages.map((stage) => stage.map((b) => (b === block ? altered : b))),
  );
}
