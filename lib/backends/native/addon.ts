import type * as tf from '@tensorflow/tfjs';
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
  readonly isUsingGpuDevice: boolean;
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
