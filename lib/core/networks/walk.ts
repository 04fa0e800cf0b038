import * as tf from '@tensorflow/tfjs';
import { softmaxCrossEntropy } from '../engine';
import { withGradient } from '../engine/ops/withGradient';
import type { Parts } from '../layers';
import { through, type Mode, type Network } from './network';
import { places, type Place } from './places';

/** What a pass back says at a block. */
export interface Back {
  /** dL/dh of each sample's own loss L by the state h that comes in. */
  before: tf.Tensor;
  /** The same by the state that goes out. */
  after: tf.Tensor;
  /** 1 for each sample whose largest logit is its label's, 0 for the others, [batch]. */
  right: tf.Tensor1D;
}

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
    /** What the pass back gave, where labels are given. */
    readonly back?: Back,
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

/** Which class the loss is of: a sample's label, or what the network takes it for. */
export type Goal = 'label' | 'prediction';

/** How to go through a network. */
export interface WalkOptions extends Mode {
  /** The classes of the inputs, int32, [batch]: for gradients of the loss. */
  labels?: tf.Tensor1D;
  /** Which class that loss is of. Default `label`. */
  goal?: Goal;
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
  { labels, goal = 'label', ...mode }: WalkOptions = {},
): T[] {
  const pass = labels && backward(net, x, labels, goal, mode);
  let state = pass?.states[0] ?? net.embed(x, mode);
  return places(net).map((place, i) => {
    const [seen, after] = tf.tidy(() => {
      const [before, after] = [pass?.gradients[i], pass?.gradients[i + 1]];
      const back = pass && { before: before!, after: after!, right: pass.right };
      const visit = new Visit(place, state, mode, pass?.states[i + 1], back);
      return [see(visit), visit.after] as [T, tf.Tensor];
    });
    state = after;
    return seen;
  });
}

/** The states of a pass, what the stem gives first, the loss's gradients by them, and who is right. */
interface Pass {
  states: tf.Tensor[];
  gradients: tf.Tensor[];
  right: tf.Tensor1D;
}

/** One pass forth and back, with a tap on each state that keeps it and its gradient. */
function backward(net: Network, x: tf.Tensor, labels: tf.Tensor1D, goal: Goal, mode: Mode): Pass {
  const states: tf.Tensor[] = [];
  const gradients: tf.Tensor[] = [];
  const classes: tf.Tensor1D[] = [];
  const tap = (state: tf.Tensor) => {
    const i = states.push(tf.keep(state.clone())) - 1;
    return withGradient('a walk', [state], ([state]) => {
      const gradFunc = (dy: tf.Tensor) => {
        gradients[i] = tf.keep(dy.clone());
        return dy;
      };
      return { value: state.clone(), gradFunc };
    });
  };
  const loss = (shift: tf.Tensor) => {
    const first = tap(tf.add(net.embed(x, mode), shift));
    const logits = net.classify(through(net.blocks, first, mode, tap), mode);
    const predicted = tf.keep(tf.argMax<tf.Tensor1D>(logits, 1));
    classes.push(predicted);
    const own = goal === 'label' ? labels : predicted;
    return tf.mul(softmaxCrossEntropy(own, logits), x.shape[0]);
  };
  try {
    tf.grad(loss)(tf.scalar(0));
    return {
      states: states.map((state) => state.clone()),
      gradients: states.map((state, i) => gradients[i]?.clone() ?? tf.zerosLike(state)),
      right: tf.cast(tf.equal<tf.Tensor1D>(classes[0]!, labels), 'float32'),
    };
  } finally {
    tf.dispose([states, gradients, classes]);
  }
}
