import * as tf from '@tensorflow/tfjs';
import type { Network } from 'unrolled-core';

/**
 * What a network is apart from the values of its weights, as plain JSON: class and configuration of
 * each layer, and which weights it uses, so that layers that share weights differ from layers that
 * do not. Names are left out: tfjs counts them up within a process.
 *
 * @throws Error for a layer whose class is not registered with tfjs: its configuration need not say
 * what it does.
 */
export function describeNetwork({ inputShape, stem, stages, head }: Network): unknown {
  const known: tf.Tensor[] = [];
  const numberOf = (weight: tf.LayerVariable): number => {
    const variable = weight.read();
    if (!known.includes(variable)) known.push(variable);
    return known.indexOf(variable);
  };
  const describe = (layer: tf.layers.Layer) => {
    const kind = layer.getClassName();
    const { classNameMap } = tf.serialization.SerializationMap.getMap();
    if (classNameMap[kind]?.[0] !== layer.constructor) {
      throw new Error(
        `The layer "${layer.name}" is of a class ${kind} that tf.serialization does not know, so that ` +
          'a run of its network cannot be told from others. Register the class, or use fit.',
      );
    }
    return { kind, config: layer.getConfig(), weights: layer.weights.map(numberOf) };
  };
  const layers = [stem, ...stages, head].map((part) => part.map(describe));
  const text = JSON.stringify({ inputShape, layers }, (key, value: unknown) =>
    key === 'name' ? undefined : value,
  );
  return JSON.parse(text) as unknown;
}
