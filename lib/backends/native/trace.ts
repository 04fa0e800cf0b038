import * as tf from '@tensorflow/tfjs';
import { engine, leaves, replaceLeaves, runEagerly } from 'unrolled-core/internal';
import { type Addon, alias } from './addon';
import { guarded } from './guards';
import { type Program, type ProgramWriter, writeProgram } from './program';
import { Recording } from './recording';
import { Session } from './session';
import { State } from './state';

/**
 * A function recorded for inputs of given shapes. Its graph is loaded when it first runs, so that a
 * function called once costs no more than an eager one.
 */
export class Trace {
  private readonly feeds: string;
  private readonly fetches: string;
  private loaded?: { session: Session; state: State };

  private constructor(
    private readonly addon: Addon,
    private program: Program | undefined,
    private readonly template: unknown,
  ) {
    const { feeds, fetches } = program!;
    this.feeds = feeds.map((name) => `${name}:0`).join(',');
    this.fetches = fetches.map((name) => `${name}:0`).join(',');
  }

  /**
   * Runs `fn` once, op by op, and records it. There is no trace when `fn` made variables (a tfjs
   * optimizer makes its slots in the first step): what later calls do is recorded then. When `fn`
   * throws, variables keep the values they had.
   *
   * @param write makes the graph of what was recorded
   */
  static record(
    addon: Addon,
    fn: (...args: never[]) => unknown,
    args: never[],
    write: ProgramWriter = writeProgram,
  ): { result: unknown; trace?: Trace } {
    const inputs: tf.Tensor[] = [];
    const before = new Map<tf.Variable, tf.Tensor>();
    try {
      const recording = new Recording(addon);
      for (const variable of recording.before.values())
        before.set(variable, tf.keep(variable.clone()));
      const fresh = replaceLeaves(args, (tensor) => {
        inputs.push(tf.keep(alias(addon, tensor)));
        return inputs.at(-1)!;
      }) as never[];
      const { result, program } = recording.run(() => {
        const result = guarded(addon, () => runEagerly(fn, fresh));
        const outputs = result === undefined ? [] : leaves(result, '').map(({ tensor }) => tensor);
        const settled = Object.values(engine().registeredVariables).every((v) => before.has(v));
        const program = settled ? write(addon, recording, inputs, outputs) : undefined;
        return { result, program };
      });
      if (!program) return { result };
      const template = replaceLeaves(result, (tensor) => tensor);
      return { result, trace: new Trace(addon, program, template) };
    } catch (error) {
      for (const [variable, value] of before) variable.assign(value);
      throw error;
    } finally {
      tf.dispose([...inputs, ...before.values()]);
    }
  }

  /** Runs the graph on `inputs`. */
  run(inputs: tf.Tensor[]): unknown {
    const { addon } = this;
    const { session, state } = (this.loaded ??= this.load());
    state.load();
    let values;
    try {
      values = session.run(addon.getInputTensorIds(inputs), this.feeds, this.fetches);
    } finally {
      state.changed();
    }
    const tensors = values.map((value) => addon.createOutputTensor(value));
    if (this.template !== undefined) return replaceLeaves(this.template, () => tensors.shift()!);
    tf.dispose(tensors);
    return undefined;
  }

  /** Hands the state to tfjs's variables and gives the graph up. */
  dispose(): void {
    this.loaded?.state.fetch();
    this.loaded?.session.close();
  }

  private load(): { session: Session; state: State } {
    const { graph, slots } = this.program!;
    const session = Session.of(this.addon, graph);
    this.program = undefined;
    return { session, state: new State(this.addon, session, slots) };
  }
}
