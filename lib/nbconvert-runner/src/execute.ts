import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account';

const accountant = join(__dirname, '..', 'kernel', 'account.cjs');

/** The source of the cell that is appended to wait for late errors; to a kernel it is a comment. */
export const lastCell = '// nbconvert-runner waits here for what the notebook left running';

/** What nbconvert itself logs stands between these, so that it is not taken for words of the kernel. */
const marks = ['\u0001', '\u0002'] as const;
const logged = new RegExp(`${marks[0]}[^${marks[1]}]*${marks[1]}\\n?`, 'g');

/** How to run nbconvert. */
export interface Command {
  jupyter: string;
  kernel: string;
  /** The notebook to execute, as JSON. */
  notebook: string;
  /** The folder for everything temporary. */
  scratch: string;
  accountPath: string;
  /** Where nbconvert writes the executed notebook. */
  output: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** In seconds: for the whole notebook, and for a cell. */
  timeout: number;
  cellTimeout: number;
  signal?: AbortSignal;
  /** Called several times a second. */
  tick(): void;
}

/** How nbconvert ended. */
export interface Outcome {
  code: number | null;
  stdout: string;
  /** All of stderr: nbconvert's own words, and those of the kernel's process. */
  stderr: string;
  /** stderr without what nbconvert logged. */
  unlogged: string;
  /** Why it was stopped before its end. */
  stopped?: 'timeout' | 'cell timeout' | 'aborted';
}

/** Runs `jupyter nbconvert --execute` and stops it, its kernel and their children at a timeout. */
export async function execute(command: Command, account: Account): Promise<Outcome> {
  const { output, signal } = command;
  const child = spawn(
    command.jupyter,
    [
      'nbconvert',
      '--stdin',
      '--to=notebook',
      '--execute',
      '--log-level=ERROR',
      `--Application.log_format=${marks[0]}%(message)s${marks[1]}`,
      `--output-dir=${dirname(output)}`,
      `--output=${basename(output)}`,
      `--ExecutePreprocessor.kernel_name=${command.kernel}`,
      '--ExecutePreprocessor.allow_errors=False',
      '--ExecutePreprocessor.force_raise_errors=True',
      '--ExecutePreprocessor.shutdown_kernel=immediate',
    ],
    { cwd: command.cwd, env: environment(command), detached: process.platform !== 'win32' },
  );
  const outcome: Outcome = { code: null, stdout: '', stderr: '', unlogged: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (outcome.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (outcome.stderr += text));
  child.stdin.on('error', () => {}).end(command.notebook);

  const kill = () => [child.pid, ...account.processes].forEach(killGroup);
  const stop = (reason: Outcome['stopped']) => {
    outcome.stopped ??= reason;
    kill();
  };
  const start = Date.now();
  const seconds = (since: number) => (Date.now() - since) / 1000;
  const watch = setInterval(() => {
    account.update();
    command.tick();
    const { running } = account;
    if (signal?.aborted) stop('aborted');
    else if (seconds(start) > command.timeout) stop('timeout');
    else if (running && seconds(running.start) > command.cellTimeout) stop('cell timeout');
  }, 100);
  process.once('exit', kill);
  try {
    outcome.code = await ended(child);
    if (outcome.stopped) await sleep(200);
  } finally {
    clearInterval(watch);
    process.removeListener('exit', kill);
    account.update();
    account.processes.forEach(killGroup);
  }
  outcome.unlogged = outcome.stderr.replace(logged, '');
  return outcome;
}

/** The exit code; a process that outlives nbconvert and holds its streams open delays it by 2 s at most. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
    child.once('exit', (code) => setTimeout(() => resolve(code), 2000).unref());
  });
}

function environment({ env, scratch, accountPath }: Command): NodeJS.ProcessEnv {
  const { NODE_OPTIONS = '' } = env;
  const ours = {
    NODE_OPTIONS: `--require "${accountant.replaceAll('\\', '\\\\')}" ${NODE_OPTIONS}`.trim(),
    PYTHONWARNINGS: 'ignore',
    JUPYTER_NO_CONFIG: '1',
    JUPYTER_PREFER_ENV_PATH: '1',
    TMPDIR: scratch,
  };
  const restore = Object.keys(ours).map((name) => [name, env[name] ?? null]);
  return {
    ...env,
    ...ours,
    NBCONVERT_RUNNER: JSON.stringify({
      account: accountPath,
      lastCell,
      runner: process.pid,
      restore: Object.fromEntries(restore) as object,
    }),
  };
}

/** Kills a process that leads a group, and the group; nothing when it has ended already. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    }
  }
}
