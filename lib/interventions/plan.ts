import type * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';

type Layer = tf.layers.Layer;

/** Which state: the `row`-th of those that step `slab` - 1 computes; slab 0 is the images. */
export interface StateReference {
  slab: number;
  row: number;
}

/** One layer run on some states at once. Its outputs, in the same order, are the next slab. */
export interface Step {
  layer: Layer;
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
  next: Map<Layer, Node>;
  ends: number[];
}

/**
 * An order in which networks over the same layers can be run together: a state that several
 * networks have in common, because they begin alike, is computed once; and a layer runs on all states
 * that wait for it at once. Of the layers waited for, the one goes first that the fewest
 * networks will come to later, since those could join.
 */
export function plan(networks: readonly Network[]): Plan {
  const root: Node = { next: new Map(), ends: [] };
  const left = new Map<Layer, number>();
  networks.forEach((network, n) => {
    const { stem, blocks, head } = network;
    let node = root;
    for (const layer of [...stem, ...blocks, ...head]) {
      const next = node.next.get(layer) ?? { next: new Map(), ends: [] };
      if (!node.next.has(layer)) left.set(layer, (left.get(layer) ?? 0) + 1);
      node.next.set(layer, next);
      node = next;
    }
    node.ends.push(n);
  });
  const result: Plan = { steps: [], ends: [], lastUse: [] };
  const waiting = new Map<Layer, { node: Node; input: StateReference }[]>();
  const reach = (node: Node, slab: number, row: number) => {
    for (const n of node.ends) result.ends[n] = { slab, row };
    for (const [layer, next] of node.next) {
      const group = waiting.get(layer) ?? [];
      waiting.set(layer, [...group, { node: next, input: { slab, row } }]);
    }
  };
  reach(root, 0, 0);
  while (waiting.size > 0) {
    const share = (layer: Layer) => waiting.get(layer)!.length / left.get(layer)!;
    const layer = [...waiting.keys()].reduce((a, b) => (share(b) > share(a) ? b : a));
    const group = waiting.get(layer)!;
    waiting.delete(layer);
    left.set(layer, left.get(layer)! - group.length);
    const slab = result.steps.push({ layer, inputs: group.map(({ input }) => input) });
    group.forEach(({ node }, row) => reach(node, slab, row));
  }
  result.steps.forEach(({ inputs }, step) => {
    for (const { slab } of inputs) result.lastUse[slab] = step;
  });
  for (const { slab } of result.ends) result.lastUse[slab] = result.steps.length;
  return result;
}
