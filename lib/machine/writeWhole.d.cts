/**
 * Writes a file whole or not at all: under a name that no other call has, in the same folder, to the disk, and
 * then renamed. A file that is there keeps its rights, a link stays one. What killed processes left is removed.
 *
 * @throws Error when it cannot be written; what was there is there still.
 */
export function writeWhole(path: string, text: string): void;
