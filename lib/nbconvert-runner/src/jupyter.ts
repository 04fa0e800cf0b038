import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pythonEnvironment } from 'unrolled-machine';

const windows = process.platform === 'win32';

/**
 * The `jupyter` command for a notebook in `folder`: the one that JUPYTER names, else that of the Python
 * environment that set-up fills (the active conda environment if it has what is needed, else the nearest
 * `.venv`), else the first on PATH.
 * @throws Error that lists where it looked.
 */
export function findJupyter(folder: string, env: NodeJS.ProcessEnv): string {
  const { JUPYTER, PATH } = env;
  if (JUPYTER) {
    if (isExecutable(JUPYTER)) return JUPYTER;
    throw new Error(`JUPYTER=${JUPYTER} is not a program: correct the variable or unset it.`);
  }
  const { program } = pythonEnvironment(folder, env);
  const name = windows ? 'jupyter.exe' : 'jupyter';
  const onPath = (PATH ?? '').split(delimiter).map((entry) => join(entry, name));
  const found = [program('jupyter'), ...onPath].find(isExecutable);
  if (found) return found;
  throw new Error(
    'No jupyter: JUPYTER is not set, no conda environment made from environment.yml is active, ' +
      `no .venv from ${folder} upwards has one, and none is on PATH. ` +
      'Install it (pip install jupyter nbconvert) or set JUPYTER to its path.',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
