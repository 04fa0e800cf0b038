/**
 * The values as an array.
 * @throws RangeError when there is no value, or one is not finite; the message names its index.
 */
export function finiteValues(values: ArrayLike<number>): number[] {
  const list = Array.from(values);
  if (list.length === 0) throw new RangeError('There is nothing to summarise: no values.');
  const wrong = list.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return list;
  throw new RangeError(
    `Value ${wrong} of ${list.length} (counted from 0) is ${list[wrong]}; a summary needs finite numbers.`,
  );
}
