/** Where Python packages are. */
export interface PythonEnvironment {
  kind: 'conda' | 'venv';
  prefix: string;
  python: string;
  /** The folder of its programs. */
  bin: string;
  /** The path of one of them, which need not be there. */
  program: (name: string) => string;
}

/**
 * The one rule for which Python environment has the packages of environment.yml: the active conda
 * environment, unless that is conda's base or lacks them, else the nearest `.venv` going up from `folder`,
 * in this project that of the project, whether or not it is there yet.
 */
export function pythonEnvironment(folder: string, env: NodeJS.ProcessEnv): PythonEnvironment;
