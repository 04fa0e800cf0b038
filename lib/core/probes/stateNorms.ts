import * as tf from '@tensorflow/tfjs';
import { softmaxCrossEntropy } from '../engine';
import type { Mode, Network } from '../networks';
import { inRows, norms, rowsOf, total, type BlockRow } from './rows';
import { checkLabels, means, readings, recorded, summed, type ProbeOptions } from './samples';

/** How large a state and its gradient are. */
export interface NormRow extends BlockRow {
  /** |h|_2 of the state h after the block, mean over samples. */
  activation: number;
  /** |dL/dh|_2 with L a sample's loss, mean over samples. */
  gradient: number;
}

/** How {@link stateNorms} runs the net: `training` as in a step of training, by the batch's statistics. */
export interface NormOptions extends ProbeOptions, Mode {}

/**
 * The norms of the state after each block and of the loss's gradient by it (Jastrzebski et al. 2018,
 * section on shared layers: both explode when blocks are shared). With `training` they depend on the
 * batch size, by default the number of samples; the net's moving statistics stay as they are.
 *
 * @param inputs [samples, ...net.inputShape]
 * @param labels int32, [samples]
 * @throws RangeError when inputs and labels differ in number.
 */
export async function stateNorms(
  net: Network,
  inputs: tf.Tensor,
  labels: tf.Tensor1D,
  { batchSize, training = false }: NormOptions = {},
): Promise<NormRow[]> {
  const whole = training ? inputs.shape[0] : undefined;
  const options = { batchSize: batchSize ?? whole, labels, training };
  const kept = (training ? net.statistics : []).map((statistic) => statistic.clone());
  const all = await means(
    net,
    inputs,
    ({ after, back }) => [after, back!.after].map((x) => total(norms(x))),
    options,
  ).finally(() => {
    kept.forEach((value, i) => net.statistics[i]!.assign(value));
    tf.dispose(kept);
  });
  const pairs = inRows(all, net.blocks.length);
  return rowsOf(net).map((row, i) => {
    const [activation, gradient] = pairs[i] as [number, number];
    return { ...row, activation, gradient };
  });
}

/** How large the gradient of the loss by a layer's weights is. */
export interface WeightGradientRow {
  /** The layer's name: stem, blocks and head. */
  layer: string;
  /** |dL/dw|_2 over all its weights, with L the mean loss over all samples. */
  norm: number;
  /** Mean of |dL/dw| over its weights (Huang et al. 2016, Figure 7, for the first convolution). */
  magnitude: number;
}

/**
 * The gradient of the mean loss by the weights of each layer that has any. Weights that several
 * layers share have one gradient, the sum over all their uses, which each of these layers shows.
 *
 * @param inputs [samples, ...net.inputShape]
 * @param labels int32, [samples]
 * @throws RangeError when inputs and labels differ in number.
 */
export async function weightGradients(
  net: Network,
  inputs: tf.Tensor,
  labels: tf.Tensor1D,
  options: ProbeOptions = {},
): Promise<WeightGradientRow[]> {
  await checkLabels(net, inputs, labels);
  const { variables } = net;
  const measure = (batch: tf.Tensor, start: number) => {
    const own = tf.slice(labels, start, batch.shape[0]);
    const loss = () => softmaxCrossEntropy(own, net.logits(batch));
    const { grads } = tf.variableGrads(loss, variables);
    const flat = variables.map((variable) => tf.reshape(grads[variable.name]!, [-1]));
    return tf.mul(tf.concat(flat), batch.shape[0] / inputs.shape[0]);
  };
  const sums = await summed(readings(net, inputs, options, measure, recorded));
  let end = 0;
  const slices = new Map(
    variables.map((variable) => [variable, sums.subarray(end, (end += variable.size))]),
  );
  const layers = [...new Set([...net.stem, ...net.blocks, ...net.head])];
  return layers.flatMap(({ name, trainableWeights }) => {
    if (trainableWeights.length === 0) return [];
    const own = trainableWeights.map((weight) => slices.get(weight.read() as tf.Variable)!);
    const count = own.reduce((sum, { length }) => sum + length, 0);
    const total = (of: (g: number) => number) =>
      own.reduce((sum, slice) => slice.reduce((part, g) => part + of(g), sum), 0);
    return [
      { layer: name, norm: Math.sqrt(total((g) => g * g)), magnitude: total(Math.abs) / count },
    ];
  });
}
