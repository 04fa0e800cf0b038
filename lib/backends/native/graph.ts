import type { Attribute, Binding } from './addon';
import { Attributes, functionKind } from './attributes';

/* eslint-disable @typescript-eslint/no-require-imports */
const proto = require('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as Proto;

/** A message of TensorFlow's protocol buffers, written through its setters. */
type Message = { serializeBinary(): Uint8Array } & Record<string, (value?: unknown) => Message>;
type MessageClass = new () => Message;
interface Proto {
  GraphDef: MessageClass;
  NodeDef: MessageClass;
  AttrValue: MessageClass & { ListValue: MessageClass };
  NameAttrList: MessageClass;
  Tensor: MessageClass;
  TensorShape: MessageClass & { Dim: MessageClass };
  MetaGraphDef: MessageClass & { MetaInfoDef: MessageClass };
  SavedModel: MessageClass;
  VersionDef: MessageClass;
}

/** TF_GRAPH_DEF_VERSION of TensorFlow 2.9, the release that tfjs-node's op calls were written for. */
const producer = 1087;

/** A GraphDef under construction; each method adds a node and returns its name. */
export class Graph extends Attributes {
  private readonly graph = new proto.GraphDef();
  private readonly constants = new Map<string, string>();
  private readonly functions = new Map<string, Graph>();
  private count = 0;
  private convolves = false;

  constructor(binding: Binding) {
    super(binding);
    this.graph.setVersions!(new proto.VersionDef().setProducer!(producer));
  }

  /** A node `name` that computes `op` of `inputs`; an input `^a` only has to come after `a`. */
  node(name: string, op: string, inputs: string[], attributes: Attribute[] = []): string {
    const node = new proto.NodeDef();
    node.setName!(name);
    node.setOp!(op);
    node.setInputList!(inputs);
    const map = node.getAttrMap!() as unknown as Map<string, Message>;
    for (const attribute of attributes) map.set(attribute.name, this.attribute(attribute));
    this.graph.addNode!(node);
    this.convolves ||= op.startsWith('Conv2D');
    return name;
  }

  /** A constant; equal constants share a node. */
  constant(shape: number[], dtype: number, bytes: Uint8Array): string {
    const key = `${dtype}[${shape.join()}]${Buffer.from(bytes).toString('base64')}`;
    const known = this.constants.get(key);
    if (known) return known;
    const tensor = new proto.Tensor();
    tensor.setDtype!(dtype);
    tensor.setTensorShape!(tensorShape(shape));
    tensor.setTensorContent!(bytes);
    const name = this.name();
    const node = new proto.NodeDef().setName!(name).setOp!('Const');
    const map = node.getAttrMap!() as unknown as Map<string, Message>;
    map.set('dtype', new proto.AttrValue().setType!(dtype));
    map.set('value', new proto.AttrValue().setTensor!(tensor));
    this.graph.addNode!(node);
    this.constants.set(key, name);
    return name;
  }

  /** A node `name` that turns values of one type into another. */
  cast(name: string, value: string, from: number, to: number): string {
    return this.node(name, 'Cast', [value], [this.type('SrcT', from), this.type('DstT', to)]);
  }

  /** A node `name` that reads a resource, which keeps a value of type `kept`, as one of type `dtype`. */
  read(name: string, inputs: string[], kept: number, dtype: number): string {
    const type = [this.type('dtype', kept)];
    if (kept === dtype) return this.node(name, 'ReadVariableOp', inputs, type);
    return this.cast(name, this.node(`${name}_kept`, 'ReadVariableOp', inputs, type), kept, dtype);
  }

  /** A name not used before. */
  name(): string {
    return `n${this.count++}`;
  }

  /** Adds a function that nodes may call: from the _Arg nodes of `body` to its _Retval nodes. */
  define(name: string, body: Graph): void {
    this.functions.set(name, body);
    for (const [name, inner] of body.functions) this.functions.set(name, inner);
    this.convolves ||= body.convolves;
  }

  /** The tag of its SavedModel, which says how TensorFlow is to rewrite the graph: session.h. */
  get tag(): string {
    return this.convolves ? 'unrolled_fused' : 'unrolled_as_recorded';
  }

  /** The bytes of a SavedModel that holds this graph, then its functions, innermost first. */
  savedModel(): Uint8Array {
    const functions = [...this.functions].reverse();
    const metaGraphs = [[this.tag, this] as const, ...functions].map(([tag, { graph }]) => {
      const info = new proto.MetaGraphDef.MetaInfoDef().setTagsList!([tag]);
      return new proto.MetaGraphDef().setMetaInfoDef!(info).setGraphDef!(graph);
    });
    const model = new proto.SavedModel().setSavedModelSchemaVersion!(1);
    return model.setMetaGraphsList!(metaGraphs).serializeBinary();
  }

  private attribute({ type, value }: Attribute): Message {
    const { binding } = this;
    const message = new proto.AttrValue();
    if (type === functionKind) return message.setFunc!(new proto.NameAttrList().setName!(value));
    if (type === binding.TF_ATTR_SHAPE) return message.setShape!(tensorShape(value as number[]));
    const [set, add] = this.setters(type);
    const encode = (item: unknown) =>
      type === binding.TF_ATTR_STRING ? Buffer.from(String(item)) : item;
    if (!Array.isArray(value)) return message[set]!(encode(value));
    const list = new proto.AttrValue.ListValue();
    for (const item of value) list[add]!(encode(item));
    return message.setList!(list);
  }

  private setters(type: number): [string, string] {
    const { binding } = this;
    if (type === binding.TF_ATTR_STRING) return ['setS', 'addS'];
    if (type === binding.TF_ATTR_INT) return ['setI', 'addI'];
    if (type === binding.TF_ATTR_FLOAT) return ['setF', 'addF'];
    if (type === binding.TF_ATTR_BOOL) return ['setB', 'addB'];
    if (type === binding.TF_ATTR_TYPE) return ['setType', 'addType'];
    throw new Error(`compile: an attribute of kind ${type} can't be written into a graph.`);
  }
}

function tensorShape(shape: number[]): Message {
  const message = new proto.TensorShape();
  for (const size of shape) message.addDim!(new proto.TensorShape.Dim().setSize!(size));
  return message;
}
