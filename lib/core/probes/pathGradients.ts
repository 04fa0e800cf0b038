import * as tf from '@tensorflow/tfjs';
import { softmaxCrossEntropy, type Stream } from '../engine';
import type { Network } from '../networks';
import { through } from '../networks/network';
import { keepsShape, places, type Place } from '../networks/places';
import { dots, inRows, norms, total } from './rows';
import { checkLabels, readings, recorded, summed, type ProbeOptions } from './samples';

/** What comes through the paths of one length. */
export interface PathLengthRow {
  /** k, how many branches the paths go through. */
  length: number;
  /** How many paths have that length, of L branches: L over k. */
  paths: number;
  /** (G_k . g) / (g . g), mean over samples, g by backpropagation; over all lengths they sum to 1. */
  share: number;
  /** |G_k| / |g|, mean over samples. */
  magnitude: number;
}

/**
 * The gradient g of each sample's loss by the first state, split by the length of the paths it comes along
 * (Veit, Wilber and Belongie 2016, section 4.3). A block that keeps the shape is a shortcut x and a branch
 * y - x, so that its Jacobian is I + J_i, and
 *
 *     g = (I + J_1)' ... (I + J_L)' dL/dh_L = sum_k G_k
 *
 * with G_k the sum over all paths through k of the L branches. It is exact, by recursion from the end:
 * what has come along k branches behind block i takes the shortcut and stays with k, or the branch and goes
 * to k + 1. A block that changes the shape is on every path and adds no length. Batch norms have their
 * moving statistics.
 *
 * @param inputs [samples, ...net.inputShape]
 * @param labels int32, [samples]
 * @throws RangeError when inputs and labels differ in number.
 */
export async function pathGradients(
  net: Network,
  inputs: tf.Tensor,
  labels: tf.Tensor1D,
  options: ProbeOptions = {},
): Promise<PathLengthRow[]> {
  await checkLabels(net, inputs, labels);
  const branches = places(net).filter(keepsShape).length;
  const measure = (batch: tf.Tensor, start: number) => {
    const { states, last, first: g } = ends(net, batch, labels, start);
    const parts = byLength(places(net), states, last);
    const scale = norms(g);
    const rows = parts.map((part) => [
      total(tf.divNoNan(tf.divNoNan(dots(part, g), scale), scale)),
      total(tf.divNoNan(norms(part), scale)),
    ]);
    return tf.concat(rows.flat());
  };
  const held = recorded * (branches + 1);
  const sums = await summed(readings(net, inputs, options, measure, held));
  return inRows(sums, branches + 1).map(([share, magnitude], length) => ({
    length,
    paths: binomial(branches, length),
    share: share! / inputs.shape[0],
    magnitude: magnitude! / inputs.shape[0],
  }));
}

/** What comes through a single path of each length. */
export interface SinglePathRow extends Pick<PathLengthRow, 'length' | 'paths'> {
  /** |gradient along one path| / |dL/dh_L|, mean over paths drawn and samples. */
  magnitude: number;
}

/** What {@link singlePathGradients} draws. */
export interface PathOptions extends ProbeOptions {
  /** Draws the paths. */
  stream: Stream;
  /** Paths of each length. Default 20. */
  draws?: number;
}

/**
 * The size of the gradient that comes along a single path of each length, paths drawn at random (Veit,
 * Wilber and Belongie 2016, Figure 6b); see {@link pathGradients}, which has all paths and their signs.
 *
 * @param inputs [samples, ...net.inputShape]
 * @param labels int32, [samples]
 * @throws RangeError when inputs and labels differ in number.
 */
export async function singlePathGradients(
  net: Network,
  inputs: tf.Tensor,
  labels: tf.Tensor1D,
  { stream, draws = 20, ...options }: PathOptions,
): Promise<SinglePathRow[]> {
  await checkLabels(net, inputs, labels);
  const route = places(net);
  const branches = route.filter(keepsShape).map(({ at }) => at);
  const chosen = Array.from({ length: branches.length + 1 }, (_, k) =>
    Array.from({ length: draws }, () => {
      const order = stream.permutation(branches.length);
      return new Set(Array.from(order.subarray(0, k), (i) => branches[i]!));
    }),
  );
  const measure = (batch: tf.Tensor, start: number) => {
    const { states, last } = ends(net, batch, labels, start);
    const scale = norms(last);
    const along = (path: Set<number>) => {
      const g = route.reduceRight((g, place) => {
        if (keepsShape(place) && !path.has(place.at)) return g;
        return pulledBack(place, states[place.at]!, g);
      }, last);
      return total(tf.divNoNan(norms(g), scale));
    };
    const of = (paths: Set<number>[]) => tf.tidy(() => tf.addN(paths.map(along)));
    return tf.concat(chosen.map(of));
  };
  const sums = await summed(readings(net, inputs, options, measure, recorded));
  return Array.from(sums, (sum, length) => ({
    length,
    paths: binomial(branches.length, length),
    magnitude: sum / (draws * inputs.shape[0]),
  }));
}

/** The states before each block and behind the last, and the gradients of each sample's loss at both ends. */
function ends(net: Network, batch: tf.Tensor, labels: tf.Tensor1D, start: number) {
  const states = [net.embed(batch)];
  for (const block of net.blocks) states.push(through([block], states.at(-1)!));
  const count = batch.shape[0];
  const own = tf.slice(labels, start, count);
  const loss = (state: tf.Tensor) => tf.mul(softmaxCrossEntropy(own, net.classify(state)), count);
  const [first, last] = [
    tf.grad((state) => loss(through(net.blocks, state)))(states[0]!),
    tf.grad(loss)(states.at(-1)!),
  ];
  return { states, first, last };
}

function byLength(route: readonly Place[], states: tf.Tensor[], last: tf.Tensor): tf.Tensor[] {
  let parts = [last];
  for (const place of [...route].reverse()) {
    const count = parts.length;
    const before = states[place.at]!;
    const tiled = tf.tile(before, [count, ...before.shape.slice(1).map(() => 1)]);
    const back = tf.split(pulledBack(place, tiled, tf.concat(parts)), count);
    parts = keepsShape(place)
      ? [...parts, undefined].map((short, k) => {
          const branch = back[k - 1];
          return short && branch ? tf.add(short, branch) : (short ?? branch!);
        })
      : back;
  }
  return parts;
}

/** The gradient before a block that the gradient g behind it makes: through the branch, if it has one. */
function pulledBack(place: Place, before: tf.Tensor, g: tf.Tensor): tf.Tensor {
  const run = (x: tf.Tensor) => through([place.block], x);
  const branch = (x: tf.Tensor) => tf.sub(run(x), x);
  return tf.grad(keepsShape(place) ? branch : run)(before, g);
}

/** n over k. */
function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return Math.round(value);
}
