import type { Split } from '../data';
import { sweep, truncate, type Score, type SweepOptions } from '../interventions';
import type { Network } from '../networks';
import { places } from '../networks/places';
import { sameShape } from '../networks/route';
import type { BlockRow } from './rows';

/** The score of the final classifier on the state after a block. */
export type ExitRow = BlockRow & Score;

/**
 * The final classifier applied to each state of the last stage (Jastrzebski et al. 2018, Figure 5): the
 * one that the stage begins with, then that after each block. The first row has the name of what made
 * that state: `stem`, or the last block of the stage before. States of another shape than the
 * classifier takes have no row.
 */
export async function exitScores(
  net: Network,
  data: Split,
  options: SweepOptions = {},
): Promise<ExitRow[]> {
  const stage = net.stages.length - 1;
  const before = net.stages.slice(0, stage).map(({ length }) => length);
  const start = before.reduce((sum, length) => sum + length, 0);
  const all = places(net);
  const exits = [...all, undefined].slice(start).flatMap((next, kept) => {
    const made = all[start + kept - 1];
    const fits = sameShape((next ?? { input: made!.output }).input, all.at(-1)!.output);
    const row = { block: made?.block.name ?? 'stem', stage: made?.stage ?? stage };
    return fits ? [{ row, kept }] : [];
  });
  const networks = exits.map(({ kept }) => truncate(net, [...before, kept]));
  const scores = await sweep(networks, data, options);
  return exits.map(({ row }, i) => ({ ...row, ...scores[i]! }));
}
