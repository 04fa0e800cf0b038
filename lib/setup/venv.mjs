import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonVersions } from './environmentFile.mjs';
import { run, SetupError } from './step.mjs';

/** What says that set-up made a folder; the older name is one that a finished set-up left. */
const marks = ['.unrolled-venv', '.unrolled-jupyter'];

/**
 * Makes a virtual environment anew, from the newest Python that TensorFlow has a wheel for.
 *
 * @param {string} prefix @param {(detail: string) => void} say
 */
export async function createVenv(prefix, say) {
  const base = await findPython();
  empty(prefix);
  try {
    await run(base, ['-m', 'venv', prefix], { say });
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(
      `${base} could not make .venv: ${/** @type {Error} */ (error).message}. ` +
        'On Debian and Ubuntu install python3-venv; or name another Python with PYTHON=/path/to/python.',
    );
  }
}

/** An empty folder with our mark in it; what set-up did not make is left as it is. */
function empty(/** @type {string} */ prefix) {
  const found = lstatSync(prefix, { throwIfNoEntry: false });
  if (found && !isOurs(prefix)) {
    throw new SetupError(
      `${prefix} ${found.isSymbolicLink() ? 'is a link' : 'was not made by set-up'}, and set-up would have to empty it. ` +
        'Move it away or remove it, then run the same command again; or activate a conda environment made from environment.yml.',
    );
  }
  const [mark = ''] = marks;
  mkdirSync(prefix, { recursive: true });
  writeFileSync(join(prefix, mark), '');
  for (const name of readdirSync(prefix)) {
    if (name !== mark) rmSync(join(prefix, name), { recursive: true, force: true });
  }
}

/** Whether it is a folder of its own with our mark, or an empty one. */
function isOurs(/** @type {string} */ prefix) {
  if (!lstatSync(prefix).isDirectory()) return false;
  return marks.some((mark) => existsSync(join(prefix, mark))) || readdirSync(prefix).length === 0;
}

async function findPython() {
  const forced = process.env['PYTHON'];
  if (forced) {
    if (version(forced) >= 10) return forced;
    throw new SetupError(`PYTHON=${forced} is no Python 3.10 or newer.`);
  }
  const wanted = await pythonVersions();
  const names = [...wanted.map((minor) => `python3.${minor}`), 'python3', 'python'];
  const found = names
    .map((name) => ({ name, minor: version(name) }))
    .filter(({ minor }) => minor >= 10);
  found.sort((a, b) => b.minor - a.minor);
  const best = found.find(({ minor }) => wanted.includes(minor)) ?? found.at(-1);
  if (best) return best.name;
  throw new SetupError(
    'There is no Python 3.10 or newer on the PATH. Install one, or name it with PYTHON=/path/to/python.',
  );
}

/** 11 for Python 3.11; 0 when it does not run or cannot make environments. */
function version(/** @type {string} */ python) {
  const script =
    'import sys, venv, ensurepip; print(sys.version_info[1] if sys.version_info[0] == 3 else 0)';
  try {
    return Number(execFileSync(python, ['-c', script], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return 0;
  }
}
