import type * as tf from '@tensorflow/tfjs';
import { Network } from './network';

/**
 * A net that passes inputs of another shape through `layers` before they enter `net`. It takes over the
 * weights of `net`, and frees them with its own.
 *
 * @param inputShape of one input, without the batch
 * @throws Error when what the layers make of an input does not fit the net; the message has both shapes.
 */
export function withPreprocessing(
  net: Network,
  layers: readonly tf.layers.Layer[],
  inputShape: readonly number[],
): Network {
  const whole = new Network({
    inputShape: [...inputShape],
    stem: [...layers, ...net.stem],
    stages: net.stages.map((stage) => [...stage]),
    head: [...net.head],
  });
  keepLayers(whole);
  net.dispose();
  return whole;
}

/** tfjs counts the models that use a layer, and frees its weights with the last of them. */
function keepLayers({ model }: Network): tf.LayersModel {
  return model;
}
