import type * as tf from '@tensorflow/tfjs';
import type { Addon } from './addon';
import { Graph } from './graph';
import type { Recording } from './recording';
import type { Slot } from './state';
import { type Home, Writer } from './writer';

/** A recorded function as a graph. */
export interface Program {
  graph: Graph;
  /** The values that stay between calls. */
  slots: Slot[];
  /** The nodes that a call is given values of, in order. */
  feeds: string[];
  /** The nodes that a call gives the values of. */
  fetches: string[];
}

/** Writes the part of a recording that `outputs` and the assigned variables depend on. */
export type ProgramWriter = (
  addon: Addon,
  recording: Recording,
  inputs: tf.Tensor[],
  outputs: tf.Tensor[],
) => Program;

/** Writes what runs once a call. */
export const writeProgram: ProgramWriter = (addon, recording, inputs, outputs) => {
  const main = new Main(addon);
  const { graph, slots } = main;
  const writer = new Writer(addon, recording, graph, main);
  const feeds = inputs.map((tensor, i) => main.placeholder(`in${i}`, tensor));
  inputs.forEach((tensor, i) => writer.put(tensor, feeds[i]!));
  const values = writer.write(outputs);
  const done = main.flag('done', ['changed']);
  const fetches = outputs.map((tensor, i) => {
    const type = [graph.type('T', addon.getDTypeInteger(tensor.dtype))];
    return graph.node(`out${i}`, 'Identity', [values[i]!, '^changed'], type);
  });
  return { graph, slots, feeds, fetches: fetches.length > 0 ? fetches : [done] };
};

/** A graph that keeps state between calls. */
export class Main implements Home {
  readonly graph: Graph;
  readonly slots: Slot[] = [];
  readonly copy = 'DeepCopy';

  /** @param kept the type in which values of a type are kept */
  constructor(
    private readonly addon: Addon,
    readonly kept: (dtype: number) => number = (dtype) => dtype,
  ) {
    this.graph = new Graph(addon.binding);
  }

  /** Writes the nodes of a value that the session keeps: its resource, and how it is fed and read. */
  open(slot: Slot): void {
    const { graph, addon } = this;
    const { node, source } = slot;
    this.slots.push(slot);
    const dtype = addon.getDTypeInteger(source.dtype);
    const kept = this.kept(dtype);
    const type = graph.type('dtype', kept);
    const shared = graph.text('shared_name', node);
    graph.node(node, 'VarHandleOp', [], [type, graph.shape('shape', source.shape), shared]);
    const feed = this.placeholder(`${node}_feed`, source);
    const copy = `${node}_copy`;
    if (kept === dtype) graph.node(copy, this.copy, [feed], [graph.type('T', dtype)]);
    else graph.cast(copy, feed, dtype, kept);
    graph.node(`${node}_store`, 'AssignVariableOp', [node, copy], [type]);
    this.flag(`${node}_fed`, [`${node}_store`]);
    graph.read(`${node}_read`, [node], kept, dtype);
  }

  /** A value that each call is given. */
  placeholder(name: string, { dtype, shape }: Pick<tf.TensorInfo, 'dtype' | 'shape'>): string {
    const { graph, addon } = this;
    const type = graph.type('dtype', addon.getDTypeInteger(dtype));
    return graph.node(name, 'Placeholder', [], [type, graph.shape('shape', shape)]);
  }

  /** A scalar that is there once `after` are done. */
  flag(name: string, after: string[]): string {
    const { graph } = this;
    const dtype = this.addon.binding.TF_BOOL;
    const truth = graph.constant([], dtype, Uint8Array.of(1));
    const order = after.map((node) => `^${node}`);
    return graph.node(name, 'Identity', [truth, ...order], [graph.type('T', dtype)]);
  }
}
