import * as tf from '@tensorflow/tfjs';
import { softmaxCrossEntropy } from '../engine';
import { withGradient } from '../engine/ops/withGradient';
import type { Parts } from '../layers';
import { through, type Mode, type Network } from './network';
import { places, type Place } from './places';

/** A block on the way through a network. */
export class Visit {
  private terms?: Parts;

  constructor(
    /** Where the block stands. */
    readonly place: Place,
    /** The state that comes in, [batch, ...]. */
    readonly before: tf.Tensor,
    private readonly mode: Mode,
    private state?: tf.Tensor,
    /** dL/dh of each sample's own loss L by the states h before and after; where labels are given. */
    readonly gradients?: { before: tf.Tensor; after: tf.Tensor },
  ) {}

  /** The terms of the block's equation for the state that comes in, in evaluation. */
  get parts(): Parts {
    return (this.terms ??= this.place.block.parts(this.before));
  }

  /** The state that goes out, behind the block's last activation. */
  get after(): tf.Tensor {
    const run = () => through([this.place.block], this.before, this.mode);
    return (this.state ??= this.terms?.output ?? run());
  }
}

/** How to go through a network. */
export interface WalkOptions extends Mode {
  /** The classes of the inputs, int32, [batch]: for gradients of the loss. */
  labels?: tf.Tensor1D;
}

/**
 * What `see` makes of each block, first block first, while inputs go through a network once. States
 * and gradients are of that one pass, so that under stochastic depth both are of one net.
 *
 * To be called in a tidy: states live as long as that, parts only while `see` looks at them, but for
 * what it returns.
 *
 * @param x [batch, ...net.inputShape]
 */
export function walk<T extends tf.TensorContainer>(
  net: Network,
  x: tf.Tensor,
  see: (visit: Visit) => T,
  { labels, ...mode }: WalkOptions = {},
): T[] {
  const pass = labels && backward(net, x, labels, mode);
  let state = pass?.states[0] ?? net.embed(x, mode);
  return places(net).map((place, i) => {
    const [seen, after] = tf.tidy(() => {
      const gradients = pass && { before: pass.gradients[i]!, after: pass.gradients[i + 1]! };
      const visit = new Visit(place, state, mode, pass?.states[i + 1], gradients);
      return [see(visit), visit.after] as [T, tf.Tensor];
    });
    state = after;
    return seen;
  });
}

/** The states of a pass, what the stem gives first, and the loss's gradients by them. */
interface Pass {
  states: tf.Tensor[];
  gradients: tf.Tensor[];
}

/** One pass forth and back, with a tap on each state that keeps it and its gradient. */
function backward(net: Network, x: tf.Tensor, labels: tf.Tensor1D, mode: Mode): Pass {
  const pass: Pass = { states: [], gradients: [] };
  const tap = (state: tf.Tensor) => {
    const i = pass.states.push(tf.keep(state.clone())) - 1;
    return withGradient('a walk', [state], ([state]) => {
      const gradFunc = (dy: tf.Tensor) => {
        pass.gradients[i] = tf.keep(dy.clone());
        return dy;
      };
      return { value: state.clone(), gradFunc };
    });
  };
  const loss = (shift: tf.Tensor) => {
    const first = tap(tf.add(net.embed(x, mode), shift));
    const last = through(net.blocks, first, mode, tap);
    return tf.mul(softmaxCrossEntropy(labels, net.classify(last, mode)), x.shape[0]);
  };
  try {
    tf.grad(loss)(tf.scalar(0));
    return {
      states: pass.states.map((state) => state.clone()),
      gradients: pass.states.map((state, i) => pass.gradients[i]?.clone() ?? tf.zerosLike(state)),
    };
  } finally {
    tf.dispose([pass.states, pass.gradients]);
  }
}
