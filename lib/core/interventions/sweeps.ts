import type { Split } from '../data';
import type { Stream } from '../engine';
import type { Network } from '../networks';
import { drop, lesion, removable } from './lesion';
import { orderTau, shuffle, type Reach } from './shuffle';
import { sweep, type Score, type SweepOptions } from './sweep';

/** The score of a network without one of its blocks. */
export interface LesionRow extends Score {
  /** The block's name. */
  block: string;
  /** Its stage, counted from 0. */
  stage: number;
}

/** A network and each of its lesions. */
export interface LesionSweep {
  /** The score of the whole network. */
  intact: Score;
  /** One row a block, first to last. */
  lesions: LesionRow[];
}

/**
 * Removes each block in turn (Srivastava, Greff and Schmidhuber 2015, Figure 4; Veit, Wilber and
 * Belongie 2016, Figure 3). Blocks that change the shape and have no shortcut can't be removed and
 * have no row.
 */
export async function lesionSweep(
  network: Network,
  data: Split,
  options: SweepOptions = {},
): Promise<LesionSweep> {
  const blocks = removable(network).map(({ block: { name }, stage }) => ({ block: name, stage }));
  const lesioned = blocks.map(({ block }) => lesion(network, block));
  const [intact, ...scores] = await sweep([network, ...lesioned], data, options);
  return { intact: intact!, lesions: blocks.map((block, i) => ({ ...block, ...scores[i]! })) };
}

/** What a sweep over random changes draws. */
export interface DrawOptions extends SweepOptions {
  /** Draws for each amount. */
  draws: number;
  /** Draws what is changed; the i-th draw of an amount depends on the stream, the amount and i alone. */
  stream: Stream;
}

/** The score of a network without some of its blocks. */
export interface DropRow extends Score {
  /** How many blocks were removed. */
  removed: number;
  /** Which draw of as many, from 0. */
  draw: number;
  /** The blocks that are left, by name. */
  left: string[];
}

/**
 * Removes random subsets of blocks (Veit, Wilber and Belongie 2016, Figure 5a).
 *
 * @param counts how many blocks to remove
 * @throws RangeError when a count is more than can be removed.
 */
export async function dropSweep(
  network: Network,
  data: Split,
  counts: readonly number[],
  { draws, stream, ...options }: DrawOptions,
): Promise<DropRow[]> {
  const cases = drawn(counts, draws, stream, (removed, draw, from) => {
    const rest = drop(network, removed, from);
    return { network: rest, row: { removed, draw, left: rest.blocks.map(({ name }) => name) } };
  });
  return scored(cases, data, options);
}

/** The score of a network whose blocks were swapped. */
export interface ShuffleRow extends Score {
  /** How many pairs were swapped. */
  swaps: number;
  /** Which draw of as many swaps, from 0. */
  draw: number;
  /** Kendall's tau of the order with the original one. */
  tau: number;
}

/** What swaps are drawn from. */
export interface ShuffleOptions extends DrawOptions {
  /** Whether blocks stay within their stage; the default. */
  reach?: Reach;
}

/**
 * Removes all blocks that a lesion can remove one after the other, each draw in an order of its own: as
 * {@link dropSweep}, but the blocks removed first stay removed, so that a draw's rows are one net's path
 * from intact to empty. Means over separate draws rise steadily also where one block is fatal, whichever
 * it is; the largest jump of a path does not.
 *
 * @returns the rows of a draw from 0 blocks removed to all, draw after draw.
 */
export async function nestedDropSweep(
  network: Network,
  data: Split,
  { draws, stream, ...options }: DrawOptions,
): Promise<DropRow[]> {
  const names = removable(network).map(({ block }) => block.name);
  const cases = Array.from({ length: draws }, (_, draw) => {
    const order = Array.from(stream.fork(draw).permutation(names.length), (i) => names[i]!);
    return Array.from({ length: names.length + 1 }, (_, removed) => {
      const rest = lesion(network, ...order.slice(0, removed));
      return { network: rest, row: { removed, draw, left: rest.blocks.map(({ name }) => name) } };
    });
  });
  return scored(cases.flat(), data, options);
}

/**
 * Swaps random pairs of blocks (Veit, Wilber and Belongie 2016, Figure 5b).
 *
 * @param counts how many pairs to swap
 * @throws RangeError when there is no pair to swap.
 */
export async function shuffleSweep(
  network: Network,
  data: Split,
  counts: readonly number[],
  { draws, stream, reach, ...options }: ShuffleOptions,
): Promise<ShuffleRow[]> {
  const cases = drawn(counts, draws, stream, (swaps, draw, from) => {
    const shuffled = shuffle(network, swaps, from, reach);
    return { network: shuffled, row: { swaps, draw, tau: orderTau(network, shuffled) } };
  });
  return scored(cases, data, options);
}

interface Case<Row> {
  network: Network;
  row: Row;
}

function drawn<Row>(
  amounts: readonly number[],
  draws: number,
  stream: Stream,
  make: (amount: number, draw: number, stream: Stream) => Case<Row>,
): Case<Row>[] {
  return amounts.flatMap((amount) =>
    Array.from({ length: draws }, (_, draw) =>
      make(amount, draw, stream.fork(`${amount}/${draw}`)),
    ),
  );
}

async function scored<Row>(
  cases: Case<Row>[],
  data: Split,
  options: SweepOptions,
): Promise<(Row & Score)[]> {
  const networks = cases.map(({ network }) => network);
  const scores = await sweep(networks, data, options);
  return cases.map(({ row }, i) => ({ ...row, ...scores[i]! }));
}
