import * as tf from '@tensorflow/tfjs';
import type {
  TFEOpAttr,
  TFJSBinding,
  TensorMetadata,
} from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';

export type Binding = TFJSBinding;
export type Attribute = TFEOpAttr;
export type { TensorMetadata };

/** What the native backend keeps for one value: its handle in the addon, or bytes not yet handed over. */
export interface TensorRecord {
  shape: number[];
  dtype: number;
  id: number;
  values: tf.backend_util.BackendValues | null;
  refCount: number;
}

/** The native backend, with the parts of it that tfjs-node-gpu declares private. */
export interface Addon {
  binding: Binding;
  tensorMap: {
    get(dataId: tf.DataId): TensorRecord;
    set(dataId: tf.DataId, record: TensorRecord): void;
    has(dataId: tf.DataId): boolean;
  };
  getInputTensorIds(tensors: { dataId: tf.DataId }[]): number[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  getDTypeInteger(dtype: tf.DataType): number;
  executeSingleOutput(op: string, attributes: Attribute[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: Attribute[],
    inputs: tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  refCount(dataId: tf.DataId): number;
  move(
    dataId: tf.DataId,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void;
}

/** The native backend if it is the one in use. */
export function currentAddon(): Addon | undefined {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as Addon) : undefined;
}

/** A tensor with a handle and a data id of its own over the same value as `tensor`. */
export function alias(addon: Addon, tensor: tf.Tensor): tf.Tensor {
  const { binding } = addon;
  const dtype = addon.getDTypeInteger(tensor.dtype);
  const [metadata] = binding.executeOp(
    'Identity',
    [{ name: 'T', type: binding.TF_ATTR_TYPE, value: dtype }],
    addon.getInputTensorIds([tensor]),
    1,
  );
  return addon.createOutputTensor(metadata!);
}

/** tfjs's engine, with the parts of it that are not in its type. */
export interface Engine {
  registeredVariables: Record<string, tf.Variable>;
  startScope(name?: string): void;
  disposeTensor(tensor: tf.TensorInfo): void;
  incRef(tensor: tf.TensorInfo, backend: null): void;
  state: {
    gradientDepth: number;
    scopeStack: { name: string }[];
    tensorInfo: { has(dataId: tf.DataId): boolean };
  };
}

/** tfjs's engine. */
export function engine(): Engine {
  return tf.engine() as unknown as Engine;
}
