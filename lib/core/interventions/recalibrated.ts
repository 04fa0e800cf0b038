import * as tf from '@tensorflow/tfjs';
import type { Block } from '../layers';
import { substituting } from '../layers/batchNorm';
import { Network } from '../networks';
import { samplesAtOnce } from '../networks/budget';
import { numbersIn } from '../networks/route';
import { settle } from './calibrate';

type Layer = tf.layers.Layer;

/**
 * The network with the statistics of its batch norms estimated anew on `inputs`, training data: the mean
 * and the variance, by channel over samples and positions, of what comes to each norm in this network
 * once the norms in front of it have theirs. After a lesion, a swap or any other alteration the moving
 * statistics are those of states that no longer come; these fit, as those of the batch do in training
 * (Ioffe and Szegedy 2015, algorithm 2, lines 8 to 11, with the biased variance). The statistics belong
 * to the place: a block that stands in several, or shares its norms, has its own in each.
 *
 * Weights are shared with the network, whose moving statistics stay as they are; training uses and
 * changes those. To be done last, after the alterations. It takes, whatever the depth, one pass over
 * `inputs` where these fit into 64 MB at once, else a run more of each layer than it has norms: about
 * three passes. The states of all inputs at one layer are held, those at a second meanwhile. A network
 * without batch norm comes back as another over the same layers.
 *
 * @param inputs [samples, ...network.inputShape]
 * @throws RangeError when there are no inputs.
 * @throws TypeError when a layer is tfjs's own batch norm, whose statistics can't be substituted.
 */
export async function recalibrated(network: Network, inputs: tf.Tensor): Promise<Network> {
  const [only] = await recalibratedTogether([network], inputs);
  return only!;
}

/** The layers that some networks begin with, and what comes next in each of these. */
interface Node {
  next: Map<Layer, Node>;
  ends: number[];
  /** How many networks come through. */
  count: number;
}

/** {@link recalibrated} of several networks; the layers with which they begin alike run once, and stay shared. */
export async function recalibratedTogether(
  networks: readonly Network[],
  inputs: tf.Tensor,
): Promise<Network[]> {
  if (inputs.shape[0] === 0) throw new RangeError('There are no inputs to recalibrate on.');
  networks.forEach(checkNorms);
  const results = networks.map((network) => withLayers(network, layersOf(network)));
  const normalized = networks.flatMap((network, i) => (normalizes(network, inputs) ? [i] : []));
  if (normalized.length === 0) return results;
  const visit = async ({ ends, next }: Node, states: tf.Tensor[], path: Layer[]) => {
    for (const n of ends) results[n] = withLayers(networks[n]!, path);
    const branches = [...next].sort(([, a], [, b]) => a.count - b.count);
    try {
      for (const [i, [layer, node]] of branches.entries()) {
        const settled = await settle(layer, states);
        if (i === branches.length - 1) tf.dispose(states);
        await visit(node, settled.after, [...path, settled.layer]);
      }
    } finally {
      tf.dispose(states);
    }
  };
  const root = beginnings(networks, normalized);
  await visit(root, batchesOf(inputs, networks), []);
  return results;
}

function layersOf({ route }: Network): Layer[] {
  return route.map(({ layer }) => layer);
}

/** The network with other layers in the places of its own. */
function withLayers(
  { inputShape, stem, stages, head }: Network,
  layers: readonly Layer[],
): Network {
  let end = 0;
  const next = ({ length }: readonly Layer[]) => layers.slice(end, (end += length));
  return new Network({
    inputShape: [...inputShape],
    stem: next(stem),
    stages: stages.map((stage) => next(stage) as Block[]),
    head: next(head),
  });
}

function beginnings(networks: readonly Network[], chosen: readonly number[]): Node {
  const fresh = (): Node => ({ next: new Map(), ends: [], count: 0 });
  const root = fresh();
  for (const n of chosen) {
    let node = root;
    for (const layer of layersOf(networks[n]!)) {
      const next = node.next.get(layer) ?? fresh();
      node.next.set(layer, next);
      next.count++;
      node = next;
    }
    node.ends.push(n);
  }
  return root;
}

/** How many times a state is held while a layer runs. */
const copies = 8;

function batchesOf(inputs: tf.Tensor, networks: readonly Network[]): tf.Tensor[] {
  const size = inputs.shape[0];
  const sizes = networks.flatMap(({ route }) =>
    route.flatMap(({ input, output }) => [numbersIn(input), numbersIn(output)]),
  );
  const batch = samplesAtOnce(size, copies * Math.max(...sizes));
  return Array.from({ length: Math.ceil(size / batch) }, (_, i) =>
    tf.slice(inputs, i * batch, Math.min(batch, size - i * batch)),
  );
}

/** Whether any batch norm is asked for its statistics. */
function normalizes(network: Network, inputs: tf.Tensor): boolean {
  let found = false;
  const look = () => {
    found = true;
    return undefined;
  };
  tf.tidy(() => void substituting(look, () => network.logits(tf.slice(inputs, 0, 1))));
  return found;
}

function checkNorms({ route }: Network): void {
  const foreign = route.find(({ layer }) => layer.getClassName() === 'BatchNormalization');
  if (!foreign) return;
  throw new TypeError(
    `"${foreign.layer.name}" is tf.layers.batchNormalization, whose statistics can't be estimated ` +
      'anew for one network alone. Use BatchNorm.',
  );
}
