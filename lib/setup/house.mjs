import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this file belongs to. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');

/** Where set-up keeps its log and its notes to itself; git ignores it. */
export const scratch = join(root, '.unrolled');

export const logFile = join(scratch, 'setup.log');

export const windows = process.platform === 'win32';
