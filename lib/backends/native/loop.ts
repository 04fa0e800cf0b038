import type * as tf from '@tensorflow/tfjs';
import type { Addon } from './addon';
import { Graph } from './graph';
import { Main, type ProgramWriter } from './program';
import type { Slot } from './state';
import { type Home, Writer } from './writer';

/** How many calls of a function one run of a loop can make. */
export const capacity = 64;

/**
 * Writes a loop over a recorded function of one scalar result: `in0` says how often it is called, the
 * others are stacks of {@link capacity} inputs, of which call k gets number k; `out0` has the results.
 *
 * The loop is a While op (Yu et al. 2018, section 4.2) in a function that XLA compiles into one program
 * of the device, so that between calls nothing goes to and fro.
 */
export const writeLoop: ProgramWriter = (addon, recording, inputs, outputs) => {
  const { TF_INT32, TF_INT64 } = addon.binding;
  // TensorFlow keeps no int32 variables on a GPU.
  const main = new Main(addon, (dtype) => (dtype === TF_INT32 ? TF_INT64 : dtype));
  const body = new Body(addon, main);
  const writer = new Writer(addon, recording, body.graph, body);
  const feeds = [main.placeholder('in0', { dtype: 'int32', shape: [] })];
  body.argument('count', TF_INT32, 'in0');
  for (const [i, tensor] of inputs.entries()) {
    const { dtype, shape } = tensor;
    const stack = main.placeholder(`in${i + 1}`, { dtype, shape: [capacity, ...shape] });
    feeds.push(stack);
    writer.put(
      tensor,
      body.row(body.argument(`stack${i}`, addon.getDTypeInteger(dtype), stack), dtype),
    );
  }
  const [value] = writer.write(outputs);
  body.close(value!);
  const { graph, slots } = main;
  const loop = new Loop(addon, body);
  graph.define('compiled', loop.graph);
  const attributes = [
    graph.type(
      'Tin',
      loop.given.map(({ type }) => type),
    ),
    graph.type('Tout', [addon.binding.TF_FLOAT]),
    graph.function('f', 'compiled'),
    graph.flag('_XlaMustCompile', true),
  ];
  const sources = loop.given.map(({ source }) => source!);
  const fetch = graph.node('out0', 'StatefulPartitionedCall', sources, attributes);
  return { graph, slots, feeds, fetches: [fetch] };
};

/** An argument of the loop's functions: one that the loop makes, or what `source` gives. */
interface Argument {
  name: string;
  type: number;
  source?: string;
}

/** The graph of a function. */
class Routine {
  readonly graph: Graph;
  private count = 0;

  constructor(protected readonly addon: Addon) {
    this.graph = new Graph(addon.binding);
  }

  protected take({ name, type }: Argument): string {
    const { graph } = this;
    const index = graph.integer('index', this.count++);
    return graph.node(name, '_Arg', [], [graph.type('T', type), index]);
  }

  protected give(index: number, value: string, type: number): void {
    const { graph } = this;
    const attributes = [graph.type('T', type), graph.integer('index', index)];
    graph.node(`result${index}`, '_Retval', [value], attributes);
  }

  protected int(shape: number[], ...values: number[]): string {
    const bytes = new Uint8Array(Int32Array.from(values).buffer);
    return this.graph.constant(shape, this.addon.binding.TF_INT32, bytes);
  }
}

/** One call of the recorded function. The state, too, comes in as arguments. */
class Body extends Routine implements Home {
  readonly arguments: Argument[] = [];
  readonly copy = 'Identity';

  constructor(
    addon: Addon,
    private readonly main: Main,
  ) {
    super(addon);
    this.argument('step', addon.binding.TF_INT32);
    this.argument('results', addon.binding.TF_FLOAT);
  }

  argument(name: string, type: number, source?: string): string {
    const argument = { name, type, source };
    this.arguments.push(argument);
    return this.take(argument);
  }

  open(slot: Slot): void {
    const { graph, addon, main } = this;
    main.open(slot);
    this.argument(slot.node, addon.binding.TF_RESOURCE, slot.node);
    const dtype = addon.getDTypeInteger(slot.source.dtype);
    graph.read(`${slot.node}_read`, [slot.node], this.kept(dtype), dtype);
  }

  kept(dtype: number): number {
    return this.main.kept(dtype);
  }

  /** What this call gets of a stack of inputs. */
  row(stack: string, dtype: tf.DataType): string {
    const { graph, addon } = this;
    const types = [
      graph.type('Tparams', addon.getDTypeInteger(dtype)),
      graph.type('Tindices', addon.binding.TF_INT32),
      graph.type('Taxis', addon.binding.TF_INT32),
    ];
    return graph.node(graph.name(), 'GatherV2', [stack, 'step', this.int([], 0)], types);
  }

  /** Notes the value of this call among the results, and counts the call. */
  close(value: string): void {
    const { graph } = this;
    const { TF_INT32, TF_FLOAT } = this.addon.binding;
    const [int, float] = [graph.type('T', TF_INT32), graph.type('T', TF_FLOAT)];
    const reshape = graph.type('Tshape', TF_INT32);
    graph.node('place', 'Reshape', ['step', this.int([2], 1, 1)], [int, reshape]);
    graph.node('value', 'Reshape', [value, this.int([1], 1)], [float, reshape]);
    const types = [float, graph.type('Tindices', TF_INT32)];
    graph.node('noted', 'TensorScatterUpdate', ['results', 'place', 'value'], types);
    graph.node('next', 'AddV2', ['step', this.int([], 1), '^changed'], [int]);
    const after = new Map([
      ['step', 'next'],
      ['results', 'noted'],
    ]);
    this.arguments.forEach(({ name, type }, i) => this.give(i, after.get(name) ?? name, type));
  }
}

/** Whether there is another call to make. */
class More extends Routine {
  constructor(addon: Addon, { arguments: all }: Body) {
    super(addon);
    const { graph } = this;
    for (const argument of all) this.take(argument);
    graph.node('more', 'Less', ['step', 'count'], [graph.type('T', addon.binding.TF_INT32)]);
    this.give(0, 'more', addon.binding.TF_BOOL);
  }
}

/** All calls, and their results. */
class Loop extends Routine {
  /** What the loop does not make itself. */
  readonly given: Argument[];

  constructor(addon: Addon, body: Body) {
    super(addon);
    const { graph } = this;
    const { TF_FLOAT } = addon.binding;
    graph.define('body', body.graph);
    graph.define('more', new More(addon, body).graph);
    this.given = body.arguments.filter(({ source }) => source !== undefined);
    const first = new Map(this.given.map((argument) => [argument.name, this.take(argument)]));
    first.set('step', this.int([], 0));
    first.set('results', graph.constant([capacity], TF_FLOAT, new Uint8Array(4 * capacity)));
    const inputs = body.arguments.map(({ name }) => first.get(name)!);
    const types = graph.type(
      'T',
      body.arguments.map(({ type }) => type),
    );
    const functions = [graph.function('cond', 'more'), graph.function('body', 'body')];
    graph.node('loop', 'While', inputs, [types, ...functions]);
    const results = body.arguments.findIndex(({ name }) => name === 'results');
    this.give(0, `loop:${results}`, TF_FLOAT);
  }
}
