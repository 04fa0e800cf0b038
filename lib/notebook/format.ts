import type { Summary } from 'unrolled-core';

const finest = 4;

/**
 * A summary in words: `0.142 [0.131, 0.153], n = 3`. The interval's half-width gets two significant
 * digits and sets the decimals of all three numbers; a mean without spread gets three digits. An end
 * that would read like one of the `thresholds` and is not it gets more. Points stand in braces in the interval's
 * place: `0.98 {0.95, 1.00, 1.00}, n = 3`.
 */
export function inWords(summary: Summary, unit = '', thresholds: readonly number[] = []): string {
  const { mean, low, high, n, points } = summary;
  const half = (high - low) / 2;
  const magnitude = Math.max(Math.abs(mean), Number.isFinite(half) ? half : 0);
  const known = Number.isFinite(half) && half > 1e-9 * magnitude;
  const wanted = magnitude === 0 ? 0 : exponent(known ? half : magnitude / 10) - 1;
  const place = apart([low, high], thresholds, wanted, magnitude);
  const text = (value: number) => rounded(value, place, magnitude);
  const suffix = unit && ` ${unit}`;
  if (n === 1) return `${text(mean)}${suffix}, n = 1 (no interval)`;
  const spread = points ? `{${points.map(text).join(', ')}}` : `[${text(low)}, ${text(high)}]`;
  return `${text(mean)} ${spread}${suffix}, n = ${n}`;
}

/** The first decimal place from `place` on at which no end reads like a threshold that it is not. */
function apart(
  ends: readonly number[],
  thresholds: readonly number[],
  place: number,
  magnitude: number,
): number {
  const alike = (at: number) => {
    const text = (value: number) => rounded(value, at, magnitude);
    return thresholds.some((level) =>
      ends.some((end) => end !== level && text(end) === text(level)),
    );
  };
  let at = place;
  while (alike(at) && at > place - finest) at--;
  return at;
}

/** `value` to the decimal place `10 ** place`, with an exponent where zeros would fill the line. */
function rounded(value: number, place: number, magnitude: number): string {
  const digits =
    magnitude >= 1e6 || place < -6
      ? value.toExponential(Math.max(0, exponent(Math.abs(value) || magnitude) - place))
      : value.toFixed(Math.max(0, -place));
  return Number(digits) === 0 ? digits.replace('-', '') : digits;
}

function exponent(value: number): number {
  return Math.floor(Math.log10(value));
}
