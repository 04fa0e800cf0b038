/** The least and the greatest value that a quantity can take: `[0, 1]` for a share, `[-1, 1]` for a cosine. */
export type Bounds = readonly [least: number, greatest: number];

/** A scale without ends on which a bounded quantity is about as normal as one without bounds. */
export interface Scale {
  to: (value: number) => number;
  from: (place: number) => number;
}

const dust = 1e-6;

/**
 * The logit of where a value lies between its bounds, `log((x - a) / (b - x))`. For shares that is the
 * logit itself, for correlations and cosines, between -1 and 1, twice Fisher's z (Fisher 1921).
 */
export function logit([least, greatest]: Bounds): Scale {
  return {
    to: (value) => Math.log((value - least) / (greatest - value)),
    from: (place) => least + (greatest - least) / (1 + Math.exp(-place)),
  };
}

/**
 * The values, those that rounding carried past a bound brought back to it.
 * @throws RangeError when a value lies further outside, or the bounds are no range.
 */
export function inside(values: readonly number[], [least, greatest]: Bounds): number[] {
  if (!(least < greatest)) throw new RangeError(`Between ${least} and ${greatest} lies nothing.`);
  const slack = dust * (greatest - least);
  const wrong = values.findIndex((value) => value < least - slack || value > greatest + slack);
  if (wrong < 0) return values.map((value) => Math.min(greatest, Math.max(least, value)));
  throw new RangeError(
    `Value ${wrong} of ${values.length} (counted from 0) is ${values[wrong]}, not from ${least} to ${greatest}.`,
  );
}
