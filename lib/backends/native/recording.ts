import type * as tf from '@tensorflow/tfjs';
import { engine } from 'unrolled-core/internal';
import { type Addon, type Attribute, type Binding, alias } from './addon';

/** The bytes of a tensor that the function made from JavaScript values. */
export interface Constant {
  shape: number[];
  dtype: number;
  bytes: Uint8Array;
}

/** One op the addon was asked for: handles in, handles out. */
export interface RecordedOp {
  kind: 'op';
  op: string;
  attributes: Attribute[];
  inputs: number[];
  outputs: number[];
}

/** A native op that changes variables in place, such as ResourceApplyMomentum. */
export interface RecordedUpdate {
  kind: 'update';
  op: string;
  attributes: Attribute[];
  /** Variables stand for their resource, numbers are handles. */
  inputs: (tf.Variable | number)[];
  /** Each changed variable, the value it had before and the handle of the value it has after. */
  changes: { variable: tf.Variable; before: number; after: number }[];
}

export type RecordedStep = RecordedOp | RecordedUpdate;

const unsupported = new Map<string, string>([
  ...['Multinomial', 'RandomStandardNormal', 'RandomUniform', 'TruncatedNormal'].map(
    (op) => [op, 'it keeps a hidden random state; use GraphRandom'] as const,
  ),
  ...['Where', 'UniqueV2', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5'].map(
    (op) => [op, 'the shape of its result depends on values'] as const,
  ),
  ...['WriteSummary', 'WriteScalarSummary', 'SummaryWriter', 'WriteHistogramSummary'].map(
    (op) => [op, 'it writes a file'] as const,
  ),
]);

/** Ops that tfjs-node calls without the type attribute T, which a graph needs: that of the result. */
const untyped = new Set(['ExpandDims']);

let active: Recording | undefined;

const activate = (recording: Recording | undefined) => (active = recording);

/** The recording in progress, if any. */
export function currentRecording(): Recording | undefined {
  return active;
}

/**
 * What the native addon was asked to do while a function ran: forward ops, gradients and updates
 * alike. The ops are executed as well, so the function's results are those of an eager run.
 */
export class Recording {
  readonly steps: RecordedStep[] = [];
  private readonly constants = new Map<number, Constant>();
  /** The tensor that each handle belonged to when it entered an op. */
  readonly origins = new Map<number, tf.TensorInfo>();
  /** The data id each variable had before the function ran. */
  readonly before = new Map<tf.DataId, tf.Variable>();
  private readonly made = new Set<tf.DataId>();
  private paused = false;

  constructor(private readonly addon: Addon) {
    for (const variable of Object.values(engine().registeredVariables)) this.watch(variable);
  }

  /** Runs `body` and records the ops it makes. */
  run<T>(body: () => T): T {
    const restore = this.listen();
    activate(this);
    try {
      return body();
    } finally {
      activate(undefined);
      restore();
    }
  }

  /** The bytes behind `handle` if the function made it from JavaScript values. */
  constant(handle: number): Constant | undefined {
    const origin = this.origins.get(handle);
    const captured = origin?.dataId !== undefined && !this.made.has(origin.dataId);
    return captured ? undefined : this.constants.get(handle);
  }

  /** The handle of `tensor`'s value. */
  handle(tensor: tf.Tensor): number {
    return this.addon.getInputTensorIds([tensor])[0]!;
  }

  /**
   * Records a native op that changes `variables` in place, and makes the same change eagerly by
   * `compute`, whose ops are not recorded.
   */
  update(
    op: string,
    attributes: Attribute[],
    inputs: tf.Tensor[],
    variables: tf.Variable[],
    compute: () => void,
  ): void {
    const before = variables.map((variable) => this.handle(variable));
    const ids = inputs.map((input) =>
      variables.includes(input as tf.Variable) ? (input as tf.Variable) : this.handle(input),
    );
    this.unrecorded(compute);
    const changes = variables.map((variable, i) => ({
      variable,
      before: before[i]!,
      after: this.handle(variable),
    }));
    this.steps.push({ kind: 'update', op, attributes, inputs: ids, changes });
  }

  /**
   * Records a native op of which `compute` makes output number `output` eagerly, by ops that are not
   * recorded. For ops that can't run eagerly; nothing may use their other outputs.
   */
  standIn(
    op: string,
    attributes: Attribute[],
    inputs: tf.Tensor[],
    output: number,
    compute: () => tf.Tensor,
  ): tf.Tensor {
    const ids = inputs.map((input) => this.handle(input));
    const result = this.unrecorded(() => alias(this.addon, compute()));
    const outputs = [...Array.from({ length: output }, () => NaN), this.handle(result)];
    this.steps.push({ kind: 'op', op, attributes, inputs: ids, outputs });
    return result;
  }

  /**
   * Gives a variable a data id of its own, so that a handle tells it from clones of its value,
   * and hands its bytes to the addon, so that they don't pass for a constant.
   */
  private watch(variable: tf.Variable): void {
    const { addon } = this;
    const elsewhere = !addon.tensorMap.has(variable.dataId);
    if (elsewhere || addon.refCount(variable.dataId) > 1) {
      const own = alias(addon, variable);
      variable.assign(own);
      own.dispose();
    } else if (addon.tensorMap.get(variable.dataId).values !== null) {
      addon.getInputTensorIds([variable]);
    }
    this.before.set(variable.dataId, variable);
  }

  private unrecorded<T>(compute: () => T): T {
    this.paused = true;
    try {
      return compute();
    } finally {
      this.paused = false;
    }
  }

  /** Puts this recording between tfjs and the addon; the result takes it out again. */
  private listen(): () => void {
    const { addon } = this;
    const { binding } = addon;
    const resolve = addon.getInputTensorIds.bind(addon);
    const move = addon.move.bind(addon);
    const shadows: Partial<Addon> = {
      binding: Object.create(binding, {
        executeOp: { value: this.executeOp(binding) },
        createTensor: { value: this.createTensor(binding) },
      }) as Binding,
      getInputTensorIds: (tensors) => {
        const ids = resolve(tensors);
        ids.forEach((id, i) => {
          const { dataId, shape, dtype } = tensors[i] as tf.TensorInfo;
          this.origins.set(id, { dataId, shape, dtype });
        });
        return ids;
      },
      move: (dataId, ...rest) => {
        this.made.add(dataId);
        move(dataId, ...rest);
      },
    };
    Object.assign(addon, shadows);
    return () => {
      addon.binding = binding;
      delete (addon as Partial<Addon>).getInputTensorIds;
      delete (addon as Partial<Addon>).move;
    };
  }

  private executeOp(binding: Binding): Binding['executeOp'] {
    return (op, attributes, inputs, count) => {
      const outputs = binding.executeOp(op, attributes, inputs, count);
      if (this.paused) return outputs;
      const reason = unsupported.get(op);
      if (reason) throw new Error(`compile: the op ${op} can't be part of a graph: ${reason}.`);
      const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: outputs[0]?.dtype ?? 0 };
      this.steps.push({
        kind: 'op',
        op,
        attributes: untyped.has(op) ? [...attributes, type] : [...attributes],
        inputs: [...inputs],
        outputs: outputs.map(({ id }) => id),
      });
      return outputs;
    };
  }

  private createTensor(binding: Binding): Binding['createTensor'] {
    return (shape, dtype, values) => {
      const id = binding.createTensor(shape, dtype, values);
      if (ArrayBuffer.isView(values)) {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
        this.constants.set(id, { shape: [...shape], dtype, bytes });
      }
      return id;
    };
  }
}
