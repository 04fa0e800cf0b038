import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, windows } from './house.mjs';
import { claimRoom } from './room.mjs';
import { isMadeFrom, noteMadeFrom } from './stamp.mjs';
import { run, SetupError } from './step.mjs';

const folder = join(root, 'node_modules');

/** Installs the npm packages of package-lock.json, without their install scripts. */
export async function installPackages(/** @type {(detail: string) => void} */ say) {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const inputs = [lock, process.platform, process.arch];
  const stamp = join(folder, '.unrolled');
  if (isMadeFrom(stamp, inputs) && isWhole()) return 'nothing to do';
  if (isLink()) {
    throw new SetupError(
      `${folder} is a link, and npm would empty the folder it leads to. Remove the link, then run the same command again.`,
    );
  }
  claimRoom('The npm packages', 0.8);
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
    if (error instanceof SetupError) throw error;
    throw new SetupError(
      `npm could not install the packages: ${/** @type {Error} */ (error).message}. ` +
        'Check the network and the registry ("npm config get registry"), then run the same command again.',
    );
  }
  noteMadeFrom(stamp, inputs);
  return 'installed';
}

/** Whether each package that npm noted is there. */
function isWhole() {
  try {
    const noted = JSON.parse(readFileSync(join(folder, '.package-lock.json'), 'utf8'));
    const names = Object.keys(noted.packages).filter((name) => name.startsWith('node_modules/'));
    return names.every((name) => existsSync(join(root, name)));
  } catch {
    return false;
  }
}

const isLink = () => lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
