import type * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';

type Layer = tf.layers.Layer;

/** Which state: the `row`-th of those that step `slab` - 1 computes; slab 0 is the images. */
export interface StateReference {
  slab: number;
  row: number;
}

/** One layer, or what stands for several, run on some states at once. Its outputs are the next slab. */
export interface Step {
  layer: Pick<Layer, 'apply'>;
  inputs: StateReference[];
}

/** How to run networks together. */
export interface Plan {
  steps: Step[];
  /** The logits of each network. */
  ends: StateReference[];
  /** For each slab the last step that reads it, counted from 0; `steps.length` for logits. */
  lastUse: number[];
}

/** The state after a sequence of layers, and what comes next in the networks that begin so. */
interface Node {
  next: Map<Call, Node>;
  ends: number[];
}

/** A layer with a shape of the states that come to it: those of one call can be run at once. */
interface Call {
  layer: Layer;
}

/**
 * An order in which networks over the same layers can be run together: a state that several
 * networks have in common, because they begin alike, is computed once; and a layer runs on all states
 * of one shape that wait for it at once. Of the layers waited for, the one goes first that the fewest
 * networks will come to later, since those could join.
 */
export function plan(networks: readonly Network[]): Plan {
  const root: Node = { next: new Map(), ends: [] };
  const left = new Map<Call, number>();
  const callOf = calls();
  networks.forEach((network, n) => {
    let node = root;
    for (const { layer, input } of network.route) {
      const call = callOf(layer, input);
      const next = node.next.get(call) ?? { next: new Map(), ends: [] };
      if (!node.next.has(call)) left.set(call, (left.get(call) ?? 0) + 1);
      node.next.set(call, next);
      node = next;
    }
    node.ends.push(n);
  });
  const result: Omit<Plan, 'lastUse'> = { steps: [], ends: [] };
  const waiting = new Map<Call, { node: Node; input: StateReference }[]>();
  const reach = (node: Node, slab: number, row: number) => {
    for (const n of node.ends) result.ends[n] = { slab, row };
    for (const [call, next] of node.next) {
      const group = waiting.get(call) ?? [];
      waiting.set(call, [...group, { node: next, input: { slab, row } }]);
    }
  };
  reach(root, 0, 0);
  while (waiting.size > 0) {
    const share = (call: Call) => waiting.get(call)!.length / left.get(call)!;
    const call = [...waiting.keys()].reduce((a, b) => (share(b) > share(a) ? b : a));
    const group = waiting.get(call)!;
    waiting.delete(call);
    left.set(call, left.get(call)! - group.length);
    const slab = result.steps.push({ layer: call.layer, inputs: group.map(({ input }) => input) });
    group.forEach(({ node }, row) => reach(node, slab, row));
  }
  return withLastUse(result);
}

/** A plan with when each slab is read last. */
export function withLastUse({ steps, ends }: Omit<Plan, 'lastUse'>): Plan {
  const lastUse: number[] = [];
  steps.forEach(({ inputs }, step) => {
    for (const { slab } of inputs) lastUse[slab] = step;
  });
  for (const { slab } of ends) lastUse[slab] = steps.length;
  return { steps, ends, lastUse };
}

/** The same call for the same layer and shape. */
function calls(): (layer: Layer, shape: tf.Shape) => Call {
  const known = new Map<Layer, Map<string, Call>>();
  return (layer, shape) => {
    const byShape = known.get(layer) ?? new Map<string, Call>();
    const call = byShape.get(String(shape)) ?? { layer };
    known.set(layer, byShape.set(String(shape), call));
    return call;
  };
}
