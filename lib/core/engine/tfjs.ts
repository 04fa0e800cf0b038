import * as tf from '@tensorflow/tfjs';

/** tfjs's engine, with the parts of it that are not in its type. */
export interface Engine {
  registeredVariables: Record<string, tf.Variable>;
  startScope(name?: string): void;
  disposeTensor(tensor: tf.TensorInfo): void;
  incRef(tensor: tf.TensorInfo, backend: null): void;
  readSync(dataId: tf.DataId): tf.BackendValues;
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

/** Whether a gradient of what is computed now will be asked for. */
export function takesGradient(): boolean {
  return engine().state.gradientDepth > 0;
}
