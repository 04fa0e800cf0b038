import { join } from 'node:path';
import { root } from './house.mjs';
import { run, SetupError } from './step.mjs';

/** Compiles lib/ to JavaScript and declarations, which is what a notebook imports. */
export async function compileLibrary(/** @type {(detail: string) => void} */ say) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    await run(process.execPath, [compiler, '--build', 'lib', 'lib/nbconvert-runner'], { say });
  } catch (error) {
    throw new SetupError(`lib/ does not compile: ${/** @type {Error} */ (error).message}`);
  }
  return 'compiled';
}
