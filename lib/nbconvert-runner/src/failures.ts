import { delimiter, join, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Account, Run } from './account';
import { summary, type ClaimRecord } from './claims';
import type { Outcome } from './execute';
import { lost } from './lost';
import { joined, type Cell, type Notebook } from './notebook';
import { place, readable } from './words';

/** What was wrong. */
export type FailureKind =
  | 'notebook' // not there, or not a notebook
  | 'jupyter' // none found
  | 'kernel' // missing, not tslab, or dead
  | 'nbconvert' // failed for a reason of its own
  | 'timeout'
  | 'aborted'
  | 'error' // a cell threw, or does not type-check
  | 'rejection' // nobody awaited it
  | 'exception' // thrown outside a cell's own run: in a timer, in a callback
  | 'stderr'
  | 'not executed'
  | 'lost output'
  | 'left running'
  | 'claim'
  | 'runner' // could not do its own work
  | 'output'; // the executed notebook could not be written

/** One reason why a notebook is not green. */
export interface Failure {
  kind: FailureKind;
  /** The cell's position in the notebook, from 1. */
  cell?: number;
  /** The n of `In [n]`. */
  executionCount?: number;
  /** The line in the cell, from 1. */
  line?: number;
  /** That line. */
  source?: string;
  /** What the kernel said, without colours. */
  words?: string;
  /** All of it in words for a reader, with the notebook's name. */
  message: string;
}

/** A notebook's run, as far as it came. */
export interface Evidence {
  name: string;
  notebook: Notebook;
  account: Account;
  outcome: Outcome;
  /** What nbconvert wrote; undefined when it stopped. */
  executed?: Notebook;
  /** The run of each cell, by the cell's index. */
  runs: readonly (Run | undefined)[];
  claims: readonly { record: ClaimRecord; run: Run }[];
  limits: { timeout: number; cellTimeout: number };
  /** The environment that Jupyter ran in. */
  env: NodeJS.ProcessEnv;
}

/** A failure before its message is put together. */
interface Finding extends Omit<Failure, 'message'> {
  what: string;
}

/** Everything that keeps a notebook from being green. */
export function judge(evidence: Evidence): Failure[] {
  const { name, executed, account, outcome, env } = evidence;
  const blamed = account.runs.length === 0 ? environmental(outcome.stderr, env) : undefined;
  if (blamed) return [failure(name, blamed)];
  const said = [...spoken(evidence), ...printedPast(evidence), ...halves(evidence)];
  const found = executed
    ? [...said, ...unexecuted(evidence), ...unsent(evidence), ...leftRunning(evidence)]
    : [...said, ...ending(evidence, said.length > 0)];
  const judged = executed ? claimed(evidence) : failedClaims(evidence);
  return [...found, ...judged].map((finding) => failure(name, finding));
}

/** A failure with its message. */
export function failure(name: string, { what, ...finding }: Finding): Failure {
  const { cell, executionCount, line, source, words } = finding;
  const where = [
    name,
    ...(cell === undefined ? [] : [`cell ${cell}`]),
    ...(executionCount === undefined ? [] : [`In [${executionCount}]`]),
    ...(line === undefined ? [] : [`line ${line}`]),
  ].join(', ');
  const lines = [
    `${where}: ${what}`,
    ...(source === undefined ? [] : [`  > ${source}`]),
    ...(words ? words.split('\n').map((text) => `  ${text}`) : []),
  ];
  return { ...finding, message: lines.join('\n') };
}

/** What the kernel said on stderr, and the cells that failed. */
function spoken(evidence: Evidence): Finding[] {
  return evidence.account.runs.flatMap((run) => {
    const failed = run.status !== undefined && run.status !== 'ok';
    const findings = speeches(run).map(({ text, late }) => {
      const kind = kindOf(text, failed && !late);
      return { kind, ...located(evidence, run, text, kind === 'error'), what: whats[kind] };
    });
    if (!failed || findings.some(({ kind }) => kind === 'error')) return findings;
    const what = `the kernel replied "${run.status}" and said nothing.`;
    return [{ kind: 'error' as const, ...located(evidence, run, '', true), what }, ...findings];
  });
}

/** tslab's own complaint about a burst of messages. */
const socketBusy = /^UnhandledPromiseRejection: .*Socket is busy writing/;

const whats = {
  error: 'the cell failed.',
  rejection: 'a promise was rejected and nobody awaited it.',
  exception: 'an error was thrown where no cell waits for it (a timer, a callback).',
  stderr: 'text on stderr.',
  'lost output': 'tslab could not send a message: too many in one turn of the event loop.',
};

function kindOf(text: string, failed: boolean): keyof typeof whats {
  if (socketBusy.test(text)) return 'lost output';
  if (text.startsWith('UnhandledPromiseRejection:')) return 'rejection';
  if (text.startsWith('UncaughtException:')) return 'exception';
  return failed || /^\S*\s?\d+:\d+ - /.test(text) ? 'error' : 'stderr';
}

/** Writes to stderr, put together where they belong to one complaint. */
function speeches(run: Run): { text: string; late: boolean }[] {
  const apart = /^(UnhandledPromiseRejection|UncaughtException):/;
  const together: { text: string; late: boolean }[] = [];
  for (const { text, late } of run.errors) {
    const last = together.at(-1);
    if (!last || last.late !== late || apart.test(text) || apart.test(last.text)) {
      together.push({ text, late });
    } else last.text += text;
  }
  return together;
}

function located({ notebook, account, runs }: Evidence, run: Run, text: string, own: boolean) {
  const found = place(text, run, account.runs, own);
  const index = runs.indexOf(found.run);
  const cell = notebook.cells[index];
  const source = found.line && cell ? joined(cell.source).split('\n')[found.line - 1] : undefined;
  return {
    cell: index < 0 ? undefined : index + 1,
    executionCount: found.run.number,
    line: found.line,
    source: source?.trim(),
    words: readable(text, account.runs),
  };
}

/** What the kernel's process wrote to its own streams, where no reader of the notebook sees it. */
function printedPast({ outcome, executed }: Evidence): Finding[] {
  const findings: Finding[] = [];
  const errors = foreign(outcome.unlogged);
  if (errors) {
    const what = executed
      ? 'text on the stderr of the kernel process, past the notebook.'
      : 'the kernel process said on its way out:';
    findings.push({ kind: 'stderr', words: errors, what });
  }
  if (executed && outcome.stdout.trim()) {
    const what = 'the kernel process printed to its own stdout, past the notebook.';
    findings.push({ kind: 'lost output', words: plain(outcome.stdout), what });
  }
  return findings;
}

/** stderr without the traceback that nbconvert ends with. */
function foreign(stderr: string): string {
  const [before = ''] = plain(stderr).split(/^Traceback \(most recent call last\):$/m);
  return before.trim();
}

/** Cells that print half a surrogate pair, which nbconvert can't write to a file. */
function halves({ runs }: Evidence): Finding[] {
  return runs.flatMap((run, index) => {
    if (!run || !isHalved(run.outputs)) return [];
    const where = { cell: index + 1, executionCount: run.number };
    const what =
      'the cell printed half a surrogate pair, which no file can hold: cut text between characters, [...text].';
    return [{ kind: 'lost output', ...where, what }];
  });
}

/** Whether a value has a string in it, deep down, that ends within a character. */
function isHalved(value: unknown): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(isHalved);
}

/** Why nbconvert stopped. */
function ending(evidence: Evidence, explained: boolean): Finding[] {
  const { notebook, account, outcome, runs, limits } = evidence;
  const { running } = account;
  const index = runs.indexOf(running);
  const here = running && { cell: index + 1, executionCount: running.number };
  const while_ = running ? 'while this cell ran' : `after ${account.runs.length} cells`;
  if (outcome.stopped === 'aborted') {
    return [{ kind: 'aborted', ...here, what: `the run was aborted ${while_}.` }];
  }
  if (outcome.stopped) {
    const what =
      outcome.stopped === 'timeout'
        ? `the notebook was not done after ${limits.timeout} s, and was stopped ${while_}.`
        : `the cell was not done after ${limits.cellTimeout} s, and the notebook was stopped.`;
    return [{ kind: 'timeout', ...here, source: firstLine(notebook.cells[index]), what }];
  }
  if (running || /DeadKernelError|Kernel died/.test(outcome.stderr)) {
    const how =
      account.exitCode === undefined ? '' : ` (it left with exit code ${account.exitCode})`;
    const what = `the kernel died ${while_}${how}.`;
    return [{ kind: 'kernel', ...here, source: firstLine(notebook.cells[index]), what }];
  }
  if (explained) return [];
  const words = plain(outcome.stderr).trim().split('\n').at(-1);
  const what = `nbconvert wrote no executed notebook (exit code ${outcome.code}).`;
  return [{ kind: 'nbconvert', words, what }];
}

/** What in the environment keeps Jupyter from working, if that is what its last words are about. */
function environmental(stderr: string, env: NodeJS.ProcessEnv): Finding | undefined {
  const words = plain(stderr).trim().split('\n').at(-1);
  const { PYTHONHOME, PYTHONPATH } = env;
  if (PYTHONHOME && /Fatal Python error|No module named/.test(stderr)) {
    const what = `PYTHONHOME=${PYTHONHOME} keeps Jupyter's Python from its own modules: unset it.`;
    return { kind: 'jupyter', words, what };
  }
  const folders = (PYTHONPATH ?? '').split(delimiter).filter(Boolean);
  const file = [...stderr.matchAll(/File "([^"]+)", line/g)]
    .map(([, path]) => path!)
    .find((path) => folders.some((folder) => path.startsWith(join(folder, sep))));
  if (file) {
    const what = `PYTHONPATH puts ${file} before a module that Jupyter needs: unset the variable, or rename the file.`;
    return { kind: 'jupyter', words, what };
  }
  const gone = /FileNotFoundError: .*No such file or directory: '([^']*)'/.exec(stderr)?.[1];
  if (gone && /kernel/i.test(stderr)) {
    const what = `the kernel starts ${gone}, which is not there: install the kernel again ("npm run setup").`;
    return { kind: 'kernel', what };
  }
  return undefined;
}

function firstLine(cell: Cell | undefined): string | undefined {
  return joined(cell?.source).trim().split('\n')[0] || undefined;
}

function unexecuted({ notebook, runs }: Evidence): Finding[] {
  return notebook.cells.flatMap((cell, index) => {
    if (cell.cell_type !== 'code' || runs[index]?.count !== undefined) return [];
    if (runs[index] && runs[index].status !== 'ok') return [];
    if (joined(cell.source).trim() === '') return [];
    const tags = cell.metadata.tags?.join(', ');
    const what = `the code cell was not executed${tags ? ` (its tags: ${tags})` : ''}.`;
    return [{ kind: 'not executed', cell: index + 1, source: firstLine(cell), what }];
  });
}

/** Cells whose outputs in the executed notebook are not those the kernel sent. */
function unsent({ executed, runs }: Evidence): Finding[] {
  return runs.flatMap((run, index) => {
    const what = run && lost(run, executed?.cells[index]?.outputs ?? []);
    if (!what) return [];
    return [{ kind: 'lost output', cell: index + 1, executionCount: run.number, what }];
  });
}

function leftRunning({ account }: Evidence): Finding[] {
  const timers = account.pending?.filter((name) => name === 'Timeout').length;
  if (!timers) return [];
  const what =
    `${timers === 1 ? 'a timer was' : `${timers} timers were`} still running 2 s after the last cell, ` +
    'and what they do later is seen by nobody: clear them, or await what they do.';
  return [{ kind: 'left running', what }];
}

function failedClaims({ runs, claims }: Evidence): Finding[] {
  return claims.flatMap(({ record, run }) => {
    const index = runs.indexOf(run);
    const where = { cell: index < 0 ? undefined : index + 1, executionCount: run.number };
    if (typeof record?.id !== 'string' || typeof record.passed !== 'boolean') {
      const words = JSON.stringify(record);
      return [
        { kind: 'claim', ...where, words, what: 'a claim was recorded without id or passed.' },
      ];
    }
    if (record.passed || record.asserted === false) return [];
    const what = `the claim "${record.id}" failed: ${record.statement}`;
    return [{ kind: 'claim', ...where, words: summary(record), what }];
  });
}

/** Asserted claims that failed, and the difference between those listed and those made. */
function claimed(evidence: Evidence): Finding[] {
  const listed = evidence.notebook.metadata.unrolled?.claims ?? [];
  const made = new Set(evidence.claims.map(({ record }) => record?.id));
  const list = 'listed in metadata.unrolled.claims';
  const finding = (id: string, what: string): Finding => ({
    kind: 'claim',
    what: `the claim "${id}" ${what}`,
  });
  return [
    ...failedClaims(evidence),
    ...listed
      .filter((id) => !made.has(id))
      .map((id) => finding(id, `is ${list} and was not made.`)),
    ...[...made]
      .filter((id) => !listed.includes(id))
      .map((id) => finding(id, `was made and is not ${list}.`)),
  ];
}

function plain(text: string): string {
  return stripVTControlCharacters(text).trimEnd();
}
