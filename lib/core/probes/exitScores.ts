import type { Split } from '../data';
import { sweep, truncate, type Score, type SweepOptions } from '../interventions';
import type { Network } from '../networks';
import { stagePairs } from './stageErrors';
import type { BlockRow } from './rows';

/** The score of the final classifier on the state after a block. */
export type ExitRow = BlockRow & Score;

/**
 * The final classifier applied to the state after each block of the last stage (Jastrzebski et al.
 * 2018, Figure 5). Blocks whose state has another shape than the classifier takes have no row.
 */
export async function exitScores(
  net: Network,
  data: Split,
  options: SweepOptions = {},
): Promise<ExitRow[]> {
  const last = net.stages.length - 1;
  const before = net.stages.slice(0, last).map((stage) => stage.length);
  const first = before.reduce((sum, length) => sum + length, 0);
  const exits = stagePairs(net).filter(({ row }) => row.stage === last);
  const networks = exits.map(({ at }) => truncate(net, [...before, at - first + 1]));
  const scores = await sweep(networks, data, options);
  return exits.map(({ row }, i) => ({ ...row, ...scores[i]! }));
}
