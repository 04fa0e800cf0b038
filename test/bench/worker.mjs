import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));

/** A process that times one workload of one engine. */
export class Worker {
  /** @param {string} name @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
  constructor(name, command, args, env) {
    this.name = name;
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], env });
    process.once('exit', () => this.stop());
    this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    /** @type {number[][]} */
    this.rounds = [];
  }

  /** One of our workloads, less the named parts. @param {string} workload @param {string[]} less @param {NodeJS.ProcessEnv} [env] */
  static ours(workload, less = [], env = process.env) {
    return new Worker('ours', process.execPath, [join(here, 'ours.cjs'), workload, ...less], env);
  }

  /** The next line; none when the process has ended, or after so many seconds. @param {number} [patience] */
  async answer(patience = 3600) {
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve({ done: true }), 1000 * patience);
    });
    const { value, done } = await Promise.race([this.lines.next(), late]);
    clearTimeout(timer);
    return done ? undefined : JSON.parse(value);
  }

  /** @param {number} count @returns {Promise<number[]>} milliseconds each */
  async time(count) {
    this.child.stdin.write(`${count}\n`);
    const times = await this.answer();
    if (!times) throw new Error(`${this.name} stopped`);
    this.rounds.push(times);
    return times;
  }

  medians() {
    return this.rounds.map(median);
  }

  stop() {
    this.child.kill();
  }
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (Number(below) + Number(above)) / 2;
}
