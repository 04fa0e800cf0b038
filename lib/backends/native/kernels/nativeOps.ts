import type * as tf from '@tensorflow/tfjs';
import type { Addon, Attribute } from '../addon';
import { Attributes } from '../attributes';

/** TensorFlow ops that tfjs has no kernel for, on float32 tensors. */
export class NativeOps extends Attributes {
  constructor(private readonly addon: Addon) {
    super(addon.binding);
  }

  /** a b, with either operand transposed. */
  matMul(a: tf.TensorInfo, b: tf.TensorInfo, transposeA: boolean, transposeB: boolean): tf.Tensor {
    const flags = [this.flag('transpose_a', transposeA), this.flag('transpose_b', transposeB)];
    return this.one('MatMul', [a, b], flags);
  }

  /** x + bias along the last axis. */
  biasAdd(x: tf.TensorInfo, bias: tf.TensorInfo): tf.Tensor {
    return this.one('BiasAdd', [x, bias], [this.text('data_format', 'NHWC')]);
  }

  /** The sum of dy over all axes but the last. */
  biasAddGrad(dy: tf.TensorInfo): tf.Tensor {
    return this.one('BiasAddGrad', [dy], [this.text('data_format', 'NHWC')]);
  }

  /** The same bits as another type of as many. */
  bitcast(x: tf.TensorInfo, from: 'float32' | 'int32', to: 'float32' | 'int32'): tf.Tensor {
    const typed = (name: string, type: string) =>
      type === 'int32' ? this.int(name) : this.float(name);
    return this.addon.executeSingleOutput('Bitcast', [typed('T', from), typed('type', to)], [x]);
  }

  /** An op of float32 inputs with one float32 result. */
  one(op: string, inputs: tf.TensorInfo[], attributes: Attribute[] = []): tf.Tensor {
    return this.addon.executeSingleOutput(op, [this.float('T'), ...attributes], inputs);
  }

  /** An op of float32 inputs with several results. */
  many(
    op: string,
    inputs: tf.TensorInfo[],
    outputs: number,
    attributes: Attribute[] = [],
  ): tf.Tensor[] {
    return this.untyped(op, inputs, outputs, [this.float('T'), ...attributes]);
  }

  /** An op without a type attribute. */
  untyped(
    op: string,
    inputs: tf.TensorInfo[],
    outputs: number,
    attributes: Attribute[] = [],
  ): tf.Tensor[] {
    return this.addon.executeMultipleOutputs(op, attributes, inputs, outputs);
  }

  /** A type attribute that says float32. */
  float(name: string): Attribute {
    return this.type(name, this.binding.TF_FLOAT);
  }

  /** A type attribute that says int32. */
  int(name: string): Attribute {
    return this.type(name, this.binding.TF_INT32);
  }
}
