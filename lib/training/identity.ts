import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import type { Split, Stream } from 'unrolled-core';
import type { Recipe } from './recipe';
import type { Trainable } from './trainable';

/** What makes a run the run it is: two runs that agree in it take the same steps. */
export interface Identity {
  recipe: Recipe;
  /** A number that the stream of the batches gives to nobody else. */
  stream: number;
  /** SHA-256 of the shape, all labels and the first sample. */
  data: string;
  /** SHA-256 of the shapes and values of all variables before the first step. */
  'initial weights': string;
  /** How many steps pass between measurements; null without. */
  watched: number | null;
}

/** The identity of the run that is about to start. */
export async function identify(
  net: Trainable,
  data: Split,
  recipe: Recipe,
  stream: Stream,
): Promise<Omit<Identity, 'watched'>> {
  const sample = tf.slice(data.inputs, 0, 1);
  try {
    return {
      recipe,
      stream: stream.fork('identity').seed(),
      data: await digest([data.labels, sample], data.inputs.shape),
      'initial weights': await digest([...net.variables, ...(net.statistics ?? [])]),
    };
  } finally {
    sample.dispose();
  }
}

async function digest(tensors: tf.Tensor[], extra: unknown = ''): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(extra));
  for (const tensor of tensors) {
    const { buffer, byteOffset, byteLength } = await tensor.data();
    hash.update(`${tensor.dtype}${JSON.stringify(tensor.shape)}`);
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
