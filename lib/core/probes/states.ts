import type * as tf from '@tensorflow/tfjs';
import type { Network } from '../networks';
import { places } from '../networks/places';
import { sameShape } from '../networks/route';
import { walk } from '../networks/walk';
import type { BlockRow } from './rows';

/** A state of a stage, one of the shape that the stage ends with. */
export interface StageState {
  /** The stage, and what made the state: a block, the one that ends the stage before, or `stem`. */
  row: BlockRow;
  /** Which of {@link statesOf} it is. */
  at: number;
  /** Which of them ends the stage. */
  end: number;
  /** [batch, ...] */
  shape: tf.Shape;
}

/** The states that x goes through, [batch, ...]: what the stem makes, then what each block does. */
export function statesOf(net: Network, x: tf.Tensor): tf.Tensor[] {
  const seen = walk(net, x, ({ before, after }) => [before, after] as [tf.Tensor, tf.Tensor]);
  return [seen[0]![0], ...seen.map(([, after]) => after)];
}

/** The states of each stage that have the shape of its end, from the one it begins with. */
export function stageStates(net: Network): StageState[] {
  const all = places(net);
  return net.stages.flatMap((blocks, stage) => {
    const own = all.filter((place) => place.stage === stage);
    if (blocks.length === 0) return [];
    const { input, at: first } = own[0]!;
    const { output, at: last } = own.at(-1)!;
    const shapes = [input, ...own.map((place) => place.output)];
    return shapes.flatMap((shape, k) => {
      if (!sameShape(shape, output)) return [];
      const block = all[first + k - 1]?.block.name ?? 'stem';
      return [{ row: { block, stage }, at: first + k, end: last + 1, shape }];
    });
  });
}
