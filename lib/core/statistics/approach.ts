/** Where a state lies on the way from the first of its states to the last. */
export interface Approach {
  /** How far along the straight line between the two: 0 at the start, 1 at the end. */
  along: number;
  /** How far off that line, in its lengths. */
  off: number;
}

/**
 * States in two dimensions, both in lengths of the way from first to last: with d = s_K - s_0,
 * along_k = (s_k - s_0) · d / |d|² and off_k = |s_k - s_0 - along_k d| / |d|. A net that refines one
 * estimate goes along; one that computes anew each time is off the line until its last step.
 *
 * @param states one vector for each block, all of one length, the first one before the first block.
 * @throws RangeError when lengths differ, or first and last are the same.
 */
export function approach(states: readonly ArrayLike<number>[]): Approach[] {
  const [first, last] = [Array.from(states[0] ?? []), Array.from(states.at(-1) ?? [])];
  const way = last.map((value, i) => value - first[i]!);
  const square = dot(way, way);
  if (!(square > 0)) throw new RangeError('The last state is the first: there is no way between.');
  return states.map((state) => {
    if (state.length !== first.length) {
      throw new RangeError(
        `States of ${first.length} and ${state.length} numbers are not of one stage.`,
      );
    }
    const step = first.map((value, i) => state[i]! - value);
    const along = dot(step, way) / square;
    const rest = step.map((value, i) => value - along * way[i]!);
    return { along, off: Math.sqrt(dot(rest, rest) / square) };
  });
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
