import * as tf from '@tensorflow/tfjs';
import {
  Split,
  Stream,
  compile,
  highwayNet,
  lesion,
  momentum,
  softmaxCrossEntropy,
  sweep,
  type Network,
  type Score,
} from 'unrolled-core';

const [samples, units, classes] = [60, 12, 3];

/** What a page found out. */
export interface Report {
  backend: string;
  /** The loss before each training step. */
  losses: number[];
  /** Logits of the trained net, of the same net saved and loaded, and without a block. */
  logits: number[];
  loaded: number[];
  lesioned: number[];
  /** Of the whole net and of each of its lesions. */
  scores: Score[];
}

/** Trains, saves, loads and lesions a small highway net with tfjs's plain backend. */
export async function useTheCore(): Promise<Report> {
  await tf.setBackend('cpu');
  const stream = Stream.of(1);
  const net = highwayNet({ inputs: units, width: 8, depth: 5, classes, transformBias: -1, stream });
  const data = clusters(stream);
  const losses = train(net, data, 10);
  await net.model.save('indexeddb://highway');
  const { inputs, layers } = await tf.loadLayersModel('indexeddb://highway');
  const loaded = tf.model({ inputs, outputs: layers.at(-2)!.output });
  const nets = [net, ...net.blocks.map(({ name }) => lesion(net, name))];
  return {
    backend: tf.getBackend(),
    losses,
    logits: values(net.logits(data.inputs)),
    loaded: values(loaded.apply(data.inputs) as tf.Tensor),
    lesioned: values(nets[1]!.logits(data.inputs)),
    scores: await sweep(nets, data),
  };
}

/** Samples around a centre for each class. */
function clusters(stream: Stream): Split {
  const labels = Int32Array.from({ length: samples }, (_, i) => i % classes);
  const inputs = Float32Array.from({ length: samples * units }, (_, i) =>
    stream.normal(i % units === labels[Math.floor(i / units)] ? 1 : 0, 0.5),
  );
  return new Split(tf.tensor2d(inputs, [samples, units]), tf.tensor1d(labels, 'int32'));
}

function train(net: Network, { inputs, labels }: Split, steps: number): number[] {
  const optimizer = momentum(net.variables);
  const rate = tf.scalar(0.1);
  const step = compile((x: tf.Tensor, y: tf.Tensor1D, rate: tf.Scalar) =>
    optimizer.minimize(() => softmaxCrossEntropy(y, net.logits(x, { training: true })), rate),
  );
  return Array.from({ length: steps }, () => values(step(inputs, labels, rate))[0]!);
}

function values(tensor: tf.Tensor): number[] {
  return [...tensor.dataSync()];
}
