import { spawn } from 'node:child_process';
import { root } from './house.mjs';
import { log, whereLogged } from './log.mjs';

/** A failure in words for the reader, with the way out. */
export class SetupError extends Error {}

/**
 * Does one step of set-up: says what it does, how long it takes, and how it ended.
 *
 * @param {string} title
 * @param {(say: (detail: string) => void) => Promise<string>} work resolves to what was done
 */
export async function step(title, work) {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  let detail = '';
  const live = process.stdout.isTTY;
  const beat = setInterval(
    () => {
      const line = `  ... ${title}, ${seconds()}${detail && `: ${detail.slice(0, 80)}`}`;
      process.stdout.write(
        live ? `\r\x1b[K${line.slice(0, process.stdout.columns - 1)}` : `${line}\n`,
      );
    },
    live ? 500 : 20_000,
  );
  const finish = (/** @type {string} */ mark, /** @type {string} */ text) => {
    clearInterval(beat);
    process.stdout.write(`${live ? '\r\x1b[K' : ''}${mark} ${title}: ${text} (${seconds()})\n`);
  };
  try {
    finish('[ok]', await work((text) => (detail = text)));
  } catch (error) {
    finish('[failed]', 'see below');
    throw error;
  }
}

/**
 * Runs a command; what it prints goes to the log, its last line to `say`.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ say?: (detail: string) => void, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} what it printed
 * @throws {Error} when it cannot start or exits with another code than 0; the message is its last line
 * @throws {SetupError} when the disk is full
 */
export function run(command, args, { say = () => {}, env = process.env } = {}) {
  log(`\n$ ${command} ${args.join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const read = (/** @type {Buffer} */ chunk) => {
      output += chunk;
      log(chunk);
      say(lastLine(output));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else if (full.test(output)) reject(fullDisk());
      else reject(new Error(lastLine(output) || `exit code ${code}`));
    });
  });
}

const full = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/i;

const fullDisk = () =>
  new SetupError(
    `The disk is full: that of ${root}, or of the folder for temporary files. Make room, then run the same ` +
      'command again; what is done already stays.',
  );

/** Prints a {@link SetupError}, or that a file can't be written, as one sentence and ends; lets any other error through. */
export function explain(/** @type {unknown} */ error) {
  const failure = inWords(error);
  if (!failure) throw error;
  console.error(`\n${failure.message}\n${whereLogged()}`);
  process.exit(1);
}

/** @returns {Error | undefined} */
function inWords(/** @type {unknown} */ error) {
  if (error instanceof SetupError) return error;
  const { code = '', message } = /** @type {NodeJS.ErrnoException} */ (error);
  if (full.test(code)) return fullDisk();
  if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) return undefined;
  return new SetupError(
    `The checkout can't be written to (${message}). Make a copy that belongs to you, or get the right to write to this one.`,
  );
}

const lastLine = (/** @type {string} */ text) =>
  text.trimEnd().split('\n').at(-1)?.trim().slice(0, 160) ?? '';
