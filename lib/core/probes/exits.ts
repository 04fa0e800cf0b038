import type { Split } from '../data';
import { sweep, truncate, type Score, type SweepOptions } from '../interventions';
import { places } from '../interventions/places';
import type { Network } from '../networks';
import type { BlockRow } from './states';

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
  const blocks = places(net)[last] ?? [];
  const end = String(blocks.at(-1)?.output);
  const exits = blocks.flatMap(({ block, output }, i) =>
    String(output) === end ? [{ block: block.name, length: i + 1 }] : [],
  );
  const networks = exits.map(({ length }) => truncate(net, [...before, length]));
  const scores = await sweep(networks, data, options);
  return exits.map(({ block }, i) => ({ block, stage: last, ...scores[i]! }));
}
