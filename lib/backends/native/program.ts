import type * as tf from '@tensorflow/tfjs';
import type { Addon } from './addon';
import { Graph } from './graph';
import type { RecordedOp, RecordedStep, RecordedUpdate, Recording } from './recording';
import type { Slot } from './state';

/** A recorded function as a graph: `in0 ...` to `out0 ...`, `done` once the state has changed. */
export interface Program {
  graph: Graph;
  slots: Slot[];
}

/** Writes the part of `recording` that `outputs` and the assigned variables depend on. */
export function writeProgram(
  addon: Addon,
  recording: Recording,
  inputs: tf.Tensor[],
  outputs: tf.Tensor[],
): Program {
  return new Writer(addon, recording).write(inputs, outputs);
}

class Writer {
  private readonly graph: Graph;
  /** The node output that holds the value of a handle. */
  private readonly refs = new Map<number, string>();
  private readonly slots = new Map<tf.Variable | tf.DataId, Slot>();
  /** The handle of the value that a slot's resource holds now, where that is not the first one. */
  private readonly contents = new Map<Slot, number>();
  /** The node that changed a slot last, and those that read it since. */
  private readonly writer = new Map<Slot, string>();
  private readonly readers = new Map<Slot, Set<string>>();

  constructor(
    private readonly addon: Addon,
    private readonly recording: Recording,
  ) {
    this.graph = new Graph(addon.binding);
  }

  write(inputs: tf.Tensor[], outputs: tf.Tensor[]): Program {
    const { graph, recording } = this;
    inputs.forEach((tensor, i) => {
      const attributes = [
        graph.type('dtype', this.dtype(tensor)),
        graph.shape('shape', tensor.shape),
      ];
      this.refs.set(recording.handle(tensor), graph.node(`in${i}`, 'Placeholder', [], attributes));
    });
    const results = outputs.map((tensor) => recording.handle(tensor));
    const assigned = [...recording.before].flatMap(([dataId, variable]) =>
      variable.dataId === dataId ? [] : [{ variable, handle: recording.handle(variable) }],
    );
    const roots = [...results, ...assigned.map(({ handle }) => handle)];
    for (const step of liveSteps(recording.steps, roots)) {
      if (step.kind === 'op') this.writeOp(step);
      else this.writeUpdate(step);
    }
    const values = results.map((handle) => this.ref(handle));
    for (const { handle } of assigned) this.ref(handle);
    for (const { variable, handle } of assigned) this.assign(this.slot(variable), handle);
    this.finish(outputs, values);
    return { graph, slots: [...this.slots.values()] };
  }

  private writeOp({ op, attributes, inputs, outputs }: RecordedOp): void {
    const operands = inputs.map((handle) => this.ref(handle));
    const name = this.graph.node(this.graph.name(), op, operands, attributes);
    outputs.forEach((handle, i) => this.refs.set(handle, i === 0 ? name : `${name}:${i}`));
  }

  private writeUpdate({ op, attributes, inputs, changes }: RecordedUpdate): void {
    for (const { variable, before } of changes) this.assign(this.slot(variable), before);
    const operands = inputs.map((input) =>
      typeof input === 'number' ? this.ref(input) : this.slot(input).node,
    );
    const order = changes.flatMap(({ variable }) => this.order(this.slot(variable)));
    const update = this.graph.node(this.graph.name(), op, [...operands, ...order], attributes);
    for (const { variable, after } of changes) {
      const slot = this.slot(variable);
      this.wrote(slot, update, after);
      const read = this.read(slot, this.graph.name());
      this.refs.set(after, read);
    }
  }

  /** Lets a slot's resource hold the value of `handle`. */
  private assign(slot: Slot, handle: number): void {
    if (this.holds(slot, handle)) return;
    const { graph } = this;
    const dtype = this.dtype(slot.source);
    const copy = graph.node(graph.name(), 'DeepCopy', [this.ref(handle)], [graph.type('T', dtype)]);
    const inputs = [slot.node, copy, ...this.order(slot)];
    const type = [graph.type('dtype', dtype)];
    this.wrote(slot, graph.node(graph.name(), 'AssignVariableOp', inputs, type), handle);
  }

  private holds(slot: Slot, handle: number): boolean {
    const contents = this.contents.get(slot);
    if (contents !== undefined) return contents === handle;
    const origin = this.recording.origins.get(handle);
    return origin !== undefined && this.recording.before.get(origin.dataId) === slot.source;
  }

  private wrote(slot: Slot, node: string, handle: number): void {
    slot.changes = true;
    this.contents.set(slot, handle);
    this.writer.set(slot, node);
    this.readers.delete(slot);
  }

  /** The edges that let a change of a slot come after all before it. */
  private order(slot: Slot): string[] {
    const writer = this.writer.get(slot);
    const nodes = [...(this.readers.get(slot) ?? []), ...(writer ? [writer] : [])];
    return nodes.map((node) => `^${node}`);
  }

  private read(slot: Slot, name: string): string {
    const writer = this.writer.get(slot);
    const inputs = [slot.node, ...(writer ? [`^${writer}`] : [])];
    return this.graph.node(name, 'ReadVariableOp', inputs, [
      this.graph.type('dtype', this.dtype(slot.source)),
    ]);
  }

  /** The node output that holds a handle's value; what the function did not make becomes state. */
  private ref(handle: number): string {
    const known = this.refs.get(handle);
    if (known) return known;
    const constant = this.recording.constant(handle);
    const name = constant
      ? this.graph.constant(constant.shape, constant.dtype, constant.bytes)
      : this.capture(handle);
    this.refs.set(handle, name);
    return name;
  }

  private capture(handle: number): string {
    const origin = this.recording.origins.get(handle);
    if (!origin) throw new Error('compile: an op used a tensor that tfjs did not make.');
    const variable = this.recording.before.get(origin.dataId);
    const slot = variable ? this.slot(variable) : this.captured(origin);
    const read = `${slot.node}_read`;
    this.readers.set(slot, (this.readers.get(slot) ?? new Set()).add(read));
    return read;
  }

  private slot(variable: tf.Variable): Slot {
    return (
      this.slots.get(variable) ?? this.open(variable, variable, `the variable "${variable.name}"`)
    );
  }

  private captured(origin: tf.TensorInfo): Slot {
    const { dataId } = origin;
    return (
      this.slots.get(dataId) ?? this.open(dataId, origin, 'a tensor that the function captured')
    );
  }

  /** Writes the nodes of a value that the session keeps: its resource, and how it is fed and read. */
  private open(key: tf.Variable | tf.DataId, source: tf.TensorInfo, label: string): Slot {
    const { graph } = this;
    const node = `state${this.slots.size}`;
    const slot: Slot = { node, source, label, changes: false };
    this.slots.set(key, slot);
    const dtype = this.dtype(source);
    const type = graph.type('dtype', dtype);
    const shape = graph.shape('shape', source.shape);
    const shared = { name: 'shared_name', type: this.addon.binding.TF_ATTR_STRING, value: node };
    graph.node(node, 'VarHandleOp', [], [type, shape, shared]);
    graph.node(`${node}_feed`, 'Placeholder', [], [type, shape]);
    graph.node(`${node}_copy`, 'DeepCopy', [`${node}_feed`], [graph.type('T', dtype)]);
    graph.node(`${node}_store`, 'AssignVariableOp', [node, `${node}_copy`], [type]);
    this.flag(`${node}_fed`, [`${node}_store`]);
    this.read(slot, `${node}_read`);
    return slot;
  }

  private finish(outputs: tf.Tensor[], values: string[]): void {
    const { graph } = this;
    const order = [...this.writer.values()].map((node) => `^${node}`);
    graph.node('changed', 'NoOp', order);
    this.flag('done', ['changed']);
    outputs.forEach((tensor, i) => {
      const type = [graph.type('T', this.dtype(tensor))];
      graph.node(`out${i}`, 'Identity', [values[i]!, '^changed'], type);
    });
  }

  /** A scalar that is there once `after` are done. */
  private flag(name: string, after: string[]): void {
    const { graph } = this;
    const dtype = this.addon.binding.TF_BOOL;
    const truth = graph.constant([], dtype, Uint8Array.of(1));
    const order = after.map((node) => `^${node}`);
    graph.node(name, 'Identity', [truth, ...order], [graph.type('T', dtype)]);
  }

  private dtype({ dtype }: tf.TensorInfo): number {
    return this.addon.getDTypeInteger(dtype);
  }
}

/** The steps that `roots` depend on, and all updates with what they depend on, in order. */
function liveSteps(steps: RecordedStep[], roots: number[]): RecordedStep[] {
  const needed = new Set(roots);
  const live = [...steps].reverse().filter((step) => {
    if (step.kind === 'op' && !step.outputs.some((handle) => needed.has(handle))) return false;
    for (const input of step.inputs) if (typeof input === 'number') needed.add(input);
    if (step.kind === 'update') for (const { before } of step.changes) needed.add(before);
    return true;
  });
  return live.reverse();
}
