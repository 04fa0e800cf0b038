/** Data that cannot be had or is not what it should be: the message names the file and the way out. */
export class DataError extends Error {
  override readonly name = 'DataError';
}

/** Says so when `bytes` start like a web page: what a login page or a proxy sends in place of a file. */
export function isWebPage(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart().toLowerCase();
  return start.startsWith('<!doctype') || start.startsWith('<html') || start.startsWith('<?xml');
}
