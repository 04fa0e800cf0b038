import * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { sameShape } from '../networks/route';
import { walk, type Visit } from '../networks/walk';

/** One sample on its way through the last stage of a net. */
export interface Journey {
  /** Its states, `[k][unit]`: what comes into the stage, then what each block makes of it. */
  states: number[][];
  /** The probability of each class if the head read that state, `[k][class]`. */
  probabilities: number[][];
}

/**
 * The states of one sample along the last stage, and what the final classifier makes of each: its
 * early exits, softmax(head(a_k)), as Jastrzebski et al. 2018 average them in Figure 5. A state whose
 * shape the head does not take, before a block that opens the stage, is left out.
 *
 * @param sample [1, ...net.inputShape]
 * @throws RangeError when there is not just one sample, or the net has no blocks.
 */
export async function sampleJourney(net: Network, sample: tf.Tensor): Promise<Journey> {
  if (sample.shape[0] !== 1) {
    throw new RangeError(`A journey is that of one sample, not of ${sample.shape[0]}.`);
  }
  if (net.blocks.length === 0) throw new RangeError('A net without blocks has no way to go.');
  const [states, probabilities] = tf.tidy(() => {
    const seen = walk(net, sample, (visit) => statesOf(visit, net)).flat();
    const way = seen.filter((state) => sameShape(state.shape, seen.at(-1)!.shape));
    return [
      tf.stack(way.map((state) => tf.reshape(state, [-1]))) as tf.Tensor2D,
      tf.concat(way.map((state) => tf.softmax(net.classify(state)))),
    ];
  });
  const rows = await Promise.all([states.array(), probabilities.array()]);
  tf.dispose([states, probabilities]);
  return { states: rows[0], probabilities: rows[1] };
}

/** What a block of the last stage adds to the states seen so far. */
function statesOf({ place, before, after }: Visit, { stages }: Network): tf.Tensor[] {
  if (place.stage < stages.length - 1) return [];
  const first = place.block === stages.at(-1)![0];
  return first ? [tf.clone(before), after] : [after];
}
