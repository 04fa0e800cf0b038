import { createHash } from 'node:crypto';

/** The first `length` hexadecimal digits of the SHA-256 of a value as JSON with the keys of each object in order. */
export function hashOf(value: unknown, length: number): string {
  const text = JSON.stringify(value, (_, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
