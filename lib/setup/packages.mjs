import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, windows } from './house.mjs';
import { isMadeFrom, noteMadeFrom } from './stamp.mjs';
import { run, SetupError } from './step.mjs';

/** Installs the npm packages of package-lock.json, without their install scripts. */
export async function installPackages(/** @type {(detail: string) => void} */ say) {
  const inputs = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, 'node_modules', '.unrolled');
  if (isMadeFrom(stamp, inputs)) return 'nothing to do';
  const npm = process.env['npm_execpath'];
  const [command, ...first] = npm ? [process.execPath, npm] : [windows ? 'npm.cmd' : 'npm'];
  try {
    await run(
      command,
      [...first, 'ci', '--include=dev', '--include=optional', '--ignore-scripts'],
      {
        say,
      },
    );
  } catch (error) {
    throw new SetupError(
      `npm could not install the packages: ${/** @type {Error} */ (error).message}. ` +
        'Check the network and the registry ("npm config get registry"), then run the same command again.',
    );
  }
  noteMadeFrom(stamp, inputs);
  return 'installed';
}
