import type { Split } from '../data';
import { sweep, truncate, type Score, type SweepOptions } from '../interventions';
import type { Network } from '../networks';
import type { BlockRow } from './rows';
import { stageStates } from './states';

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
  const last = net.stages.length - 1;
  const before = net.stages.slice(0, last).map(({ length }) => length);
  const start = before.reduce((sum, length) => sum + length, 0);
  const exits = stageStates(net).filter(({ row }) => row.stage === last);
  const networks = exits.map(({ at }) => truncate(net, [...before, at - start]));
  const scores = await sweep(networks, data, options);
  return exits.map(({ row }, i) => ({ ...row, ...scores[i]! }));
}
