import * as tf from '@tensorflow/tfjs';
import { keepsShape, places } from '../interventions/places';
import type { Block } from '../layers';
import type { Network } from '../networks';
import { statesOf, type BlockRow } from './states';
import { inRows } from './visit';

/** How a gated block mixes its candidate with its input, and how it should. */
export interface WeightRow extends BlockRow {
  /** The transform gate T by channel, mean over samples and positions. */
  gate: number[];
  /** alpha_1 by channel, the weight of the candidate at which the error varies least. */
  optimal: number[];
  /** alpha_1 over the samples whose gate is above the channel's mean, for all channels together. */
  open: number;
  /** The same over the other samples. */
  shut: number;
}

/** What {@link optimalWeights} takes for A, the value that the blocks of a stage estimate. */
export interface WeightOptions {
  /**
   * `end`: the state at the end of the stage. `without`: what that would be without the block. The
   * block's own mixture is part of the first: if no later block changed it, alpha_1 would be T.
   */
  target: 'end' | 'without';
}

/**
 * The best weight for each block's candidate (Greff, Srivastava and Schmidhuber 2017, section 4). Of
 * all mixtures alpha_1 H + (1 - alpha_1) a of a candidate H with the block's input a, the one whose
 * error about A varies least has
 *
 *     alpha_1 = (v_a - c) / (v_H + v_a - 2 c) = Cov[A - a, H - a] / Var[H - a],
 *
 * with v_H = Var[H - A], v_a = Var[a - A], c = Cov[H - A, a - A] over samples and positions: the slope
 * of what is missing on what the block proposes. No row for the last block of a stage and for blocks
 * that change the shape of the state, no entry for channels whose proposal never varies.
 *
 * @param images [samples, ...net.inputShape], run all at once
 */
export async function optimalWeights(
  net: Network,
  images: tf.Tensor,
  { target }: WeightOptions,
): Promise<WeightRow[]> {
  const rows: BlockRow[] = [];
  const terms = tf.tidy(() => {
    const states = statesOf(net, images);
    const end = (stage: number) => net.stages.slice(0, stage + 1).flat().length;
    return places(net)
      .flat()
      .flatMap((place, i) => {
        const { block, stage } = place;
        if (i + 1 === end(stage) || !keepsShape(place)) return [];
        rows.push({ block: block.name, stage });
        const later = net.blocks.slice(i + 1, end(stage));
        const without = () => later.reduce((a, block) => block.apply(a) as tf.Tensor, states[i]!);
        return [slopeTerms(block, states[i]!, target === 'end' ? states[end(stage)]! : without())];
      });
  });
  const read = terms.map(async (tensor, i) => weigh(rows[i]!, inRows(await tensor.data(), 7)));
  const weighed = await Promise.all(read);
  tf.dispose(terms);
  return weighed;
}

/** [7, channels]: mean gate, then covariance and variance for all samples, open gates, shut gates. */
function slopeTerms(block: Block, a: tf.Tensor, end: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const flat = (x: tf.Tensor) => tf.reshape(x, [-1, a.shape.at(-1)!]);
    const { candidate, transform } = block.parts(a);
    const [proposal, missing, gate] = [tf.sub(candidate, a), tf.sub(end, a), transform].map(flat);
    const mean = tf.mean(gate!, 0);
    const open = tf.cast(tf.greater(gate!, mean), 'float32');
    const parts = [tf.onesLike(open), open, tf.sub(1, open)].flatMap((share) => {
      const about = (x: tf.Tensor) => {
        const center = tf.divNoNan(tf.sum(tf.mul(share, x), 0), tf.sum(share, 0));
        return tf.mul(share, tf.sub(x, center));
      };
      const deviation = about(proposal!);
      return [tf.sum(tf.mul(deviation, about(missing!)), 0), tf.sum(tf.square(deviation), 0)];
    });
    return tf.stack([mean, ...parts]);
  });
}

function weigh(row: BlockRow, [gate, ...terms]: number[][]): WeightRow {
  const [covariance, variance, ...halves] = terms as [number[], number[], ...number[][]];
  const varies = (_: number, c: number) => variance[c]! > 0;
  const sum = (values: number[]) => values.reduce((a, b) => a + b);
  const [openCovariance, openVariance, shutCovariance, shutVariance] = halves.map(sum);
  return {
    ...row,
    gate: gate!.filter(varies),
    optimal: covariance.map((value, c) => value / variance[c]!).filter(varies),
    open: openCovariance! / openVariance!,
    shut: shutCovariance! / shutVariance!,
  };
}
