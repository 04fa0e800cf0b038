import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The project's folder: that of the checkout the library belongs to. */
export function projectFolder(): string {
  return join(dirname(createRequire(__filename).resolve('unrolled/package.json')), '..');
}
