import type * as tf from '@tensorflow/tfjs';
import type { Addon } from './addon';
import type { Graph } from './graph';
import type { RecordedOp, RecordedStep, RecordedUpdate, Recording } from './recording';
import type { Slot } from './state';

/** Where the state of a program lives. */
export interface Home {
  /** Writes the nodes of a slot: its resource, named as the slot, and its first read, `..._read`. */
  open(slot: Slot): void;
  /** The type in which values of a type are kept. */
  kept(dtype: number): number;
  /** The op whose result a resource may keep. */
  readonly copy: 'DeepCopy' | 'Identity';
}

/** Writes recorded steps into a graph. */
export class Writer {
  /** The node output that holds the value of a handle. */
  private readonly refs = new Map<number, string>();
  private readonly slots = new Map<tf.Variable | tf.DataId, Slot>();
  /** The handle of the value that a slot's resource holds now, where that is not the first one. */
  private readonly contents = new Map<Slot, number>();
  /** The node that changed a slot last, and those that read it since. */
  private readonly writer = new Map<Slot, string>();
  private readonly readers = new Map<Slot, Set<string>>();

  /**
   * @param graph where the ops go
   * @param home where the state lives, which is the graph itself or makes it arguments of it
   */
  constructor(
    private readonly addon: Addon,
    private readonly recording: Recording,
    private readonly graph: Graph,
    private readonly home: Home,
  ) {}

  /** Says that the node output `name` holds the value of `tensor`. */
  put(tensor: tf.Tensor, name: string): void {
    this.refs.set(this.recording.handle(tensor), name);
  }

  /**
   * Writes what `outputs` and the assigned variables depend on, and a node `changed` that comes after
   * all changes; gives the node outputs that hold `outputs`.
   */
  write(outputs: tf.Tensor[]): string[] {
    const { graph, recording } = this;
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
    const order = [...this.writer.values()].map((node) => `^${node}`);
    graph.node('changed', 'NoOp', order);
    return values;
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
      const read = this.read(slot);
      this.refs.set(after, read);
    }
  }

  /** Lets a slot's resource hold the value of `handle`. */
  private assign(slot: Slot, handle: number): void {
    if (this.holds(slot, handle)) return;
    const { graph, home } = this;
    const dtype = this.dtype(slot.source);
    const kept = home.kept(dtype);
    const copy =
      kept === dtype
        ? graph.node(graph.name(), home.copy, [this.ref(handle)], [graph.type('T', dtype)])
        : graph.cast(graph.name(), this.ref(handle), dtype, kept);
    const inputs = [slot.node, copy, ...this.order(slot)];
    const type = [graph.type('dtype', kept)];
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

  private read(slot: Slot): string {
    const writer = this.writer.get(slot);
    const { graph } = this;
    const dtype = this.dtype(slot.source);
    const inputs = [slot.node, ...(writer ? [`^${writer}`] : [])];
    return graph.read(graph.name(), inputs, this.home.kept(dtype), dtype);
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

  private open(key: tf.Variable | tf.DataId, source: tf.TensorInfo, label: string): Slot {
    const slot: Slot = { node: `state${this.slots.size}`, source, label, changes: false };
    this.slots.set(key, slot);
    this.home.open(slot);
    return slot;
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
