import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const windows = process.platform === 'win32';

/**
 * The `jupyter` command for a notebook in `folder`: the one that JUPYTER names, else that of the active
 * conda environment, else that of the nearest `.venv` going up from `folder`, else the first on PATH.
 * @throws Error that lists where it looked.
 */
export function findJupyter(folder: string, env: NodeJS.ProcessEnv): string {
  const { JUPYTER, CONDA_PREFIX, PATH } = env;
  if (JUPYTER) {
    if (isExecutable(JUPYTER)) return JUPYTER;
    throw new Error(`JUPYTER=${JUPYTER} is not a program: correct the variable or unset it.`);
  }
  const name = windows ? 'jupyter.exe' : 'jupyter';
  const found = [
    ...(CONDA_PREFIX ? [inEnvironment(CONDA_PREFIX)] : []),
    ...upwards(folder).map((above) => inEnvironment(join(above, '.venv'))),
    ...(PATH ?? '').split(delimiter).map((entry) => join(entry, name)),
  ].find(isExecutable);
  if (found) return found;
  throw new Error(
    `No jupyter: JUPYTER is not set, ${CONDA_PREFIX ? `none in the conda environment ${CONDA_PREFIX}` : 'no conda environment is active'}, ` +
      `no .venv from ${folder} upwards has one, and none is on PATH. ` +
      'Install it (pip install jupyter nbconvert) or set JUPYTER to its path.',
  );
}

function inEnvironment(prefix: string): string {
  return windows ? join(prefix, 'Scripts', 'jupyter.exe') : join(prefix, 'bin', 'jupyter');
}

function upwards(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
