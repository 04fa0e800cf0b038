import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Account, type Run } from './account';
import { finish, prepared, runsByCell } from './cells';
import { claimsOf, type ClaimRecord } from './claims';
import { execute } from './execute';
import { failure, judge, type Failure, type FailureKind } from './failures';
import { findJupyter } from './jupyter';
import { listKernels } from './kernels';
import { readNotebook, type Notebook, type Output } from './notebook';

/** How to run a notebook. */
export interface RunOptions {
  /** Given to the notebook as the environment variable PROFILE. */
  profile?: string;
  /** The kernel's name; default: the one the notebook names, else `tslab`. */
  kernel?: string;
  /** Seconds for the whole notebook; default 600. */
  timeout?: number;
  /** Seconds for one cell; default: as long as the notebook. */
  cellTimeout?: number;
  /** Environment variables over those of this process; undefined unsets one. */
  env?: NodeJS.ProcessEnv;
  /** Where the kernel works; default: the notebook's folder. */
  cwd?: string;
  /** Stops the run, which then fails with `aborted`. */
  signal?: AbortSignal;
  /** Called several times a second while the notebook runs. */
  onProgress?: (progress: Progress) => void;
}

/** How far a run is. */
export interface Progress {
  /** Position of the cell that runs, from 1; 0 while the kernel starts. */
  cell: number;
  /** The number of cells. */
  cells: number;
  /** Since the start. */
  seconds: number;
  /** The last line of text that the cell shows so far, such as a progress bar; empty without one. */
  shows: string;
}

/** What one cell did. */
export interface CellResult {
  /** Its position in the notebook, from 1. */
  cell: number;
  executionCount?: number;
  /** What the kernel sent, whether or not it arrived in the notebook. */
  outputs: Output[];
  /** How long it ran; undefined if it did not, or not to its end. */
  seconds?: number;
}

/** The result of a run. */
export interface RunResult {
  path: string;
  /** No failures. */
  passed: boolean;
  failures: Failure[];
  /** The notebook as far as it was executed, without timestamps; undefined if it could not be read. */
  notebook?: Notebook;
  /** The code cells. */
  cells: CellResult[];
  claims: ClaimRecord[];
  /** For everything: Jupyter, the kernel's start, the cells. */
  seconds: number;
}

/**
 * Executes a notebook with the real `jupyter nbconvert --execute` and compares what arrived with what
 * the kernel did. It never throws for what is wrong with the notebook, Jupyter or the kernel: every
 * such thing is one of `failures`. The file itself is not changed.
 *
 * Not seen: an error later than 2 s after the last cell, unless it comes from a timer (a timer that
 * still runs is a failure); text that the notebook hides by replacing `process.stderr.write`.
 */
export async function runNotebook(path: string, options: RunOptions = {}): Promise<RunResult> {
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const result = await run(path, options, elapsed).catch((error: unknown) => {
    const obstacle = error instanceof Obstacle ? error : new Obstacle('runner', error);
    const { kind, message: what, notebook } = obstacle;
    const failures = [failure(basename(path), { kind, what })];
    return { failures, notebook, cells: [], claims: [] };
  });
  return { path, ...result, passed: result.failures.length === 0, seconds: elapsed() };
}

/** Why a notebook could not be run at all. */
class Obstacle extends Error {
  constructor(
    readonly kind: FailureKind,
    error: unknown,
    readonly notebook?: Notebook,
  ) {
    super(error instanceof Error ? error.message : String(error));
  }
}

type Outcome = Pick<RunResult, 'failures' | 'notebook' | 'cells' | 'claims'>;

async function run(path: string, options: RunOptions, elapsed: () => number): Promise<Outcome> {
  const notebook = await readNotebook(path).catch((error: unknown) => {
    throw new Obstacle('notebook', error);
  });
  const { timeout = 600, cellTimeout = timeout, profile, signal, onProgress } = options;
  const profiled = profile === undefined ? {} : { PROFILE: profile };
  const env = { ...process.env, ...profiled, ...options.env };
  const folder = resolve(dirname(path));
  const jupyter = locate(folder, env, notebook);
  const kernel = options.kernel ?? notebook.metadata.kernelspec?.name ?? 'tslab';
  const cells = notebook.cells.length;

  const cwd = resolve(options.cwd ?? folder);
  if (!existsSync(cwd)) {
    throw new Obstacle(
      'runner',
      `The folder ${cwd}, where the kernel is to work, is not there.`,
      notebook,
    );
  }
  const scratch = await mkdtemp(join(tmpdir(), 'nbconvert-runner-')).catch((error: Error) => {
    const why = `There can be no temporary files: ${error.message}. Set TMPDIR to a folder that can be written to.`;
    throw new Obstacle('runner', why, notebook);
  });
  try {
    const accountPath = join(scratch, 'account.jsonl');
    const output = join(scratch, 'executed.ipynb');
    await writeFile(accountPath, '');
    const account = new Account(accountPath);
    const outcome = await execute(
      {
        ...{ jupyter, kernel, scratch, accountPath, output, env, timeout, cellTimeout, signal },
        notebook: JSON.stringify(prepared(notebook, kernel)),
        cwd,
        tick() {
          const started = runsByCell(notebook, account.runs).filter(Boolean).at(-1);
          const cell = runsByCell(notebook, account.runs).indexOf(started) + 1;
          const shows = lastLine(account.running?.outputs.at(-1));
          onProgress?.({ cell: started ? cell : 0, cells, seconds: elapsed(), shows });
        },
      },
      account,
    ).catch((error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'ENOENT'
          ? `${jupyter} does not start: the Python that its first line names is gone. Make the environment again ("npm run setup").`
          : error;
      throw new Obstacle('jupyter', why, notebook);
    });
    if (outcome.stderr.includes('NoSuchKernel')) {
      const known = await listKernels(jupyter, env);
      throw new Obstacle('kernel', `There is no kernel "${kernel}". ${known}`, notebook);
    }
    const written = outcome.code === 0 && !outcome.stopped && existsSync(output);
    const executed = written ? await readNotebook(output) : undefined;
    const ranCells = executed !== undefined || outcome.stderr.includes('CellExecutionError');
    if (ranCells && (account.processes.length === 0 || (executed && !account.pending))) {
      const why = `The kernel "${kernel}" gave no account of its run; only tslab's can be vouched for.`;
      throw new Obstacle('kernel', why, notebook);
    }
    const runs = runsByCell(notebook, account.runs);
    const claims = account.runs.flatMap((each) =>
      claimsOf(each.outputs).map((record) => ({ record, run: each })),
    );
    const limits = { timeout, cellTimeout };
    const name = basename(path);
    return {
      failures: judge({ name, notebook, account, outcome, executed, runs, claims, limits, env }),
      notebook: finish(notebook, runs, executed),
      cells: notebook.cells.flatMap(({ cell_type }, index) =>
        cell_type === 'code' ? [cellResult(index + 1, runs[index])] : [],
      ),
      claims: claims.map(({ record }) => record),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function locate(folder: string, env: NodeJS.ProcessEnv, notebook: Notebook): string {
  try {
    return findJupyter(folder, env);
  } catch (error) {
    throw new Obstacle('jupyter', error, notebook);
  }
}

function cellResult(cell: number, run: Run | undefined): CellResult {
  return {
    cell,
    executionCount: run?.count,
    outputs: run?.outputs ?? [],
    seconds: run?.end === undefined ? undefined : (run.end - run.start) / 1000,
  };
}

/** The last line of an output's text. */
function lastLine(output: Output | undefined): string {
  const text = [output?.text ?? (output?.data?.['text/plain'] as string | undefined) ?? '']
    .flat()
    .join('');
  return text.trimEnd().split('\n').at(-1) ?? '';
}
