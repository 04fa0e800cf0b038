import * as tf from '@tensorflow/tfjs';
import type { Block, Parts } from '../layers';
import { carryingNothing, partsOf } from '../layers/block';
import type { Network } from '../networks';
import { withStages } from '../networks/network';
import { StandIn, type CallOptions } from './standIn';

/** What an altered block makes of a state, given what the block itself would. */
export type Alteration = (x: tf.Tensor, run: (x: tf.Tensor) => tf.Tensor) => tf.Tensor;

/** A block that runs in place of another one and has that one's name and weights. */
export class Altered extends StandIn {
  /** @nocollapse */
  static className = 'Altered';

  constructor(
    block: Block,
    private readonly alteration: Alteration,
  ) {
    super(block);
    if (block.shortcut) this.shortcut = (x) => block.shortcut!(x);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], options: CallOptions): tf.Tensor {
    this.invokeCallHook(inputs, options);
    const x = this.onlyInput(inputs);
    return tf.tidy(() =>
      this.alteration(x, (state) => this.original.apply(state, options) as tf.Tensor),
    );
  }

  /** The terms of a plain layer: an altered block computes its output anew and carries nothing. */
  override parts(x: tf.Tensor): Parts {
    return partsOf(x, () => carryingNothing(this.call(x, {})));
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
