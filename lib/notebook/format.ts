import type { Summary } from 'unrolled-core';

/**
 * A summary in words: `0.142 [0.131, 0.153], n = 3`. The interval's half-width gets two significant
 * digits and sets the decimals of all three numbers; a mean without spread gets three digits.
 */
export function inWords({ mean, low, high, n }: Summary, unit = ''): string {
  const half = (high - low) / 2;
  const magnitude = Math.max(Math.abs(mean), Number.isFinite(half) ? half : 0);
  const known = Number.isFinite(half) && half > 1e-9 * magnitude;
  const place = magnitude === 0 ? 0 : exponent(known ? half : magnitude / 10) - 1;
  const text = (value: number) => rounded(value, place, magnitude);
  const suffix = unit && ` ${unit}`;
  if (n === 1) return `${text(mean)}${suffix}, n = 1 (no interval)`;
  return `${text(mean)} [${text(low)}, ${text(high)}]${suffix}, n = ${n}`;
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
