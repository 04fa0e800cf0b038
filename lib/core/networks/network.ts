import * as tf from '@tensorflow/tfjs';
import type { Block } from '../layers';
import { checkBlock } from '../layers/block';
import { follow, type Stop } from './route';

type Layer = tf.layers.Layer;

/** What a {@link Network} is made of. */
export interface NetworkLayers {
  /** Shape of one input, without the batch. */
  inputShape: number[];
  /** What turns an input into the first stage's first state. */
  stem: Layer[];
  /** Blocks, stage by stage. The blocks of a stage read and write one space. */
  stages: Block[][];
  /** What turns the last state into logits, [batch, classes]. */
  head: Layer[];
}

/** How a network is run. */
export interface Mode {
  /** Whether batch norms use the batch's statistics and update the moving ones, and blocks may drop. */
  training?: boolean;
}

/**
 * A stem, stages of blocks, and a head, in this order. A second network over some of the same blocks
 * shares their weights.
 */
export class Network {
  /** Shape of one input, without the batch. */
  readonly inputShape: readonly number[];
  /** The layers before the first stage. */
  readonly stem: readonly Layer[];
  /** The blocks by stage. */
  readonly stages: readonly (readonly Block[])[];
  /** The layers from the last state to the logits. */
  readonly head: readonly Layer[];
  /** All layers in the order they run in, with the shapes of their states. */
  readonly route: readonly Stop[];
  private layersModel?: tf.LayersModel;

  /**
   * @throws Error when a layer does not fit the one before; the message has the shape.
   * @throws TypeError when a stage has a layer that is no block.
   */
  constructor({ inputShape, stem, stages, head }: NetworkLayers) {
    stages.flat().forEach(checkBlock);
    this.inputShape = inputShape;
    this.stem = stem;
    this.stages = stages;
    this.head = head;
    if (this.layers.some((layer) => !layer.built)) this.layersModel = this.toModel();
    this.route = follow(this.layers, inputShape);
  }

  /** All blocks, first to last. */
  get blocks(): Block[] {
    return this.stages.flat();
  }

  /** The network as a tfjs model from inputs to class probabilities, [batch, classes], for `fit` and `save`. */
  get model(): tf.LayersModel {
    this.layersModel ??= this.toModel();
    return this.layersModel;
  }

  /** The variables that gradients change, each once. */
  get variables(): tf.Variable[] {
    return distinct(this.layers.flatMap((layer) => layer.trainableWeights));
  }

  /** What else a training step changes, such as moving statistics: to be saved with the variables. */
  get statistics(): tf.Variable[] {
    return distinct(this.layers.flatMap((layer) => layer.nonTrainableWeights));
  }

  /**
   * The logits, before the softmax: what `softmaxCrossEntropy` takes. A function of tensors alone,
   * so it may stand in a function that is compiled.
   * @param x [batch, ...inputShape]
   * @returns [batch, classes]
   */
  logits(x: tf.Tensor, mode: Mode = {}): tf.Tensor2D {
    return tf.tidy(() => this.classify(through(this.blocks, this.embed(x, mode), mode), mode));
  }

  /**
   * The first state, which the stem makes of an input.
   * @param x [batch, ...inputShape]
   */
  embed(x: tf.Tensor, mode: Mode = {}): tf.Tensor {
    return through(this.stem, x, mode);
  }

  /**
   * The logits that the head makes of a state.
   * @param state the output of a block of the last stage
   * @returns [batch, classes]
   */
  classify(state: tf.Tensor, mode: Mode = {}): tf.Tensor2D {
    return through(this.head, state, mode) as tf.Tensor2D;
  }

  /**
   * Frees the weights of the layers, if this network was the first to use one of them. One that an
   * intervention made of another's layers frees nothing.
   */
  dispose(): void {
    this.layersModel?.dispose();
  }

  private get layers(): Layer[] {
    return [...this.stem, ...this.blocks, ...this.head];
  }

  private toModel(): tf.LayersModel {
    const inputs = tf.input({ shape: [...this.inputShape] });
    const softmax = tf.layers.softmax({ name: 'softmax' });
    const outputs = [...this.layers, softmax].reduce(
      (state, layer) => layer.apply(state) as tf.SymbolicTensor,
      inputs,
    );
    return tf.model({ inputs, outputs });
  }
}

/**
 * Runs layers on x, one after the other: the only place where anything does.
 * @param after sees each state and gives what goes on
 */
export function through(
  layers: readonly Layer[],
  x: tf.Tensor,
  mode: Mode = {},
  after = (state: tf.Tensor) => state,
): tf.Tensor {
  return tf.tidy(() =>
    layers.reduce((state, layer) => after(layer.apply(state, { ...mode }) as tf.Tensor), x),
  );
}

/**
 * A network of the same stem, head and weights with other stages.
 *
 * @throws Error when a block or the head does not fit the state it gets.
 */
export function withStages(network: Network, stages: readonly (readonly Block[])[]): Network {
  const { inputShape, stem, head } = network;
  return new Network({
    inputShape: [...inputShape],
    stem: [...stem],
    stages: stages.map((stage) => [...stage]),
    head: [...head],
  });
}

function distinct(weights: tf.LayerVariable[]): tf.Variable[] {
  return [...new Set(weights.map((weight) => weight.read() as tf.Variable))];
}
