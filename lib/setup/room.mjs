import { statfsSync } from 'node:fs';
import { root } from './house.mjs';
import { SetupError } from './step.mjs';

const gigabyte = 1e9;

/** How much there is on the checkout's disk for us, in bytes. */
export function freeRoom() {
  const { bavail, bsize } = statfsSync(root);
  return bavail * bsize;
}

/**
 * Says what is about to be taken.
 *
 * @param {string} what @param {number} gigabytes @param {number} [free] in bytes
 * @throws {SetupError} when there is less room than that
 */
export function claimRoom(what, gigabytes, free = freeRoom()) {
  const there = (free / gigabyte).toFixed(1);
  if (free < gigabytes * gigabyte) {
    throw new SetupError(
      `${what} take about ${gigabytes} GB, and the disk of ${root} has ${there} GB left. ` +
        'Make room, or move the checkout to another disk, then run the same command again.',
    );
  }
  const clear = process.stdout.isTTY ? '\r\x1b[K' : '';
  process.stdout.write(
    `${clear}${what} take about ${gigabytes} GB; the disk has ${there} GB left.\n`,
  );
}
