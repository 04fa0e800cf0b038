import { existsSync, realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { failure } from './failures';
import { writeNotebook } from './notebook';
import { Report } from './report';
import { runNotebook, type RunResult } from './run';

const usage = `Usage: nbconvert-runner NOTEBOOK... [options]

Executes notebooks with jupyter nbconvert and the tslab kernel, one after the other, and says what is
wrong with them: errors of every kind, text on stderr, lost output, asserted claims that fail, missing claims.

  --profile NAME       the notebook's environment variable PROFILE (smoke, quick, desk, paper)
  --kernel NAME        instead of the kernel the notebook names
  --timeout S          seconds for a notebook (default 600)
  --cell-timeout S     seconds for a cell (default: as for the notebook)
  --output DIR         write the executed notebooks there; without it nothing is written
  --help               this text

Exit code: 0 all passed, 1 a notebook failed, 2 wrong usage, 130 interrupted.
`;

/** The options of the command line. */
interface Options {
  notebooks: string[];
  profile?: string;
  kernel?: string;
  timeout?: number;
  cellTimeout?: number;
  output?: string;
}

/** A mistake on the command line. */
class UsageError extends Error {}

/**
 * The command line.
 * @param args without node and script.
 * @param out where the report goes: rewritten lines if it is a terminal.
 * @param err where usage errors go.
 * @returns the exit code.
 */
export async function main(
  args: string[],
  out: NodeJS.WriteStream = process.stdout,
  err: NodeJS.WritableStream = process.stderr,
): Promise<number> {
  let options: Options | undefined;
  try {
    options = parse(args);
    if (options?.output) await mkdir(options.output, { recursive: true });
  } catch (error) {
    err.write(`${(error as Error).message}\nnbconvert-runner --help shows the usage.\n`);
    return 2;
  }
  if (!options) {
    out.write(usage);
    return 0;
  }
  const { notebooks, output, ...rest } = options;
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const report = new Report(out);
  const results: RunResult[] = [];
  try {
    for (const path of notebooks) {
      if (interruption.signal.aborted) break;
      report.begin(path);
      const onProgress = report.progress.bind(report);
      const run = await runNotebook(path, { ...rest, signal: interruption.signal, onProgress });
      const result = output ? written(run, join(output, basename(path))) : run;
      report.end(result);
      results.push(result);
    }
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
  report.table(results);
  if (interruption.signal.aborted) return 130;
  return results.every(({ passed }) => passed) ? 0 : 1;
}

/** The result, with a failure of its own when its notebook could not be written. */
function written(result: RunResult, target: string): RunResult {
  if (!result.notebook) return result;
  try {
    writeNotebook(target, result.notebook);
    return result;
  } catch (error) {
    const what = `the executed notebook could not be written: ${(error as Error).message}.`;
    const failures = [...result.failures, failure(basename(target), { kind: 'output', what })];
    return { ...result, failures, passed: false };
  }
}

/** The options, or undefined when the usage was asked for. */
function parse(args: string[]): Options | undefined {
  const { values, positionals: notebooks } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      profile: { type: 'string' },
      kernel: { type: 'string' },
      timeout: { type: 'string' },
      'cell-timeout': { type: 'string' },
      output: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  if (notebooks.length === 0) throw new UsageError('No notebook was named.');
  const missing = notebooks.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new UsageError(`No such file: ${missing.join(', ')}`);
  const { profile, kernel, output } = values;
  if (output !== undefined) checkTargets(notebooks, output);
  const timeout = seconds('timeout', values.timeout);
  return {
    notebooks,
    profile,
    kernel,
    output,
    timeout,
    cellTimeout: seconds('cell-timeout', values['cell-timeout']),
  };
}

function seconds(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0) return value;
  throw new UsageError(`--${name} needs a positive number of seconds, not "${text}".`);
}

/** An executed notebook replaces neither an input nor another executed notebook. */
function checkTargets(notebooks: string[], output: string): void {
  const inputs = new Set(notebooks.map((path) => realpathSync(path)));
  const targets = new Set<string>();
  for (const path of notebooks) {
    const target = resolve(output, basename(path));
    if (existsSync(target) && inputs.has(realpathSync(target))) {
      throw new UsageError(`--output ${output} would overwrite ${path}: name another folder.`);
    }
    if (targets.has(target)) {
      throw new UsageError(`--output ${output}: two notebooks are called ${basename(path)}.`);
    }
    targets.add(target);
  }
}
