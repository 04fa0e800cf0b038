// npm run bench -- [--peers] [--only=highway-128] [--readme]
// Times our workloads beside those of the peers, which --peers installs; --readme writes README's table.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeSection } from '../../lib/setup/readme.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const environment = join(here, '..', '..', '.unrolled', 'peers');
const python = join(
  environment,
  process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
);
const peers = ['torch', 'torch-compile', 'jax', 'tf-function'];
const rounds = 7;

/**
 * What README calls a workload, and its repetitions a round, so that a round takes about a second.
 * @type {Record<string, { title: string, repetitions: number }>}
 */
const workloads = {
  'highway-128': {
    title: 'training step, 50-layer highway, width 50, batch 128',
    repetitions: 60,
  },
  'highway-512': { title: 'the same, batch 512', repetitions: 25 },
  'resnet20-64': { title: 'training step, ResNet-20, batch 64', repetitions: 6 },
  'evaluate-10000': { title: 'evaluation of 10,000 digits', repetitions: 8 },
  'sweep-49x8000': { title: '49 lesions, one block each, on 8,000 digits', repetitions: 1 },
};

/**
 * What one engine took for a workload: median ms, and the median over rounds of our time over its own.
 *
 * @typedef {{ name: string, about: string, time: number, ratio: number }} Result
 */

/** A process that times one workload of one engine. */
class Worker {
  /** @param {string} name @param {string} command @param {string[]} args */
  constructor(name, command, args) {
    this.name = name;
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    /** @type {number[][]} */
    this.rounds = [];
  }

  async answer() {
    const { value, done } = await this.lines.next();
    return done ? undefined : JSON.parse(value);
  }

  /** @param {number} count */
  async time(count) {
    this.child.stdin.write(`${count}\n`);
    const times = await this.answer();
    if (!times) throw new Error(`${this.name} stopped`);
    this.rounds.push(times);
  }

  medians() {
    return this.rounds.map(median);
  }
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (Number(below) + Number(above)) / 2;
}

function installPeers() {
  if (!existsSync(python)) run('python3', ['-m', 'venv', environment]);
  run(python, ['-m', 'pip', 'install', '--quiet', 'numpy', 'torch', 'jax', 'tensorflow-cpu']);
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  console.log(`${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} failed`);
}

/**
 * @param {string} workload @param {string[]} engines
 * @returns {Promise<Result[]>}
 */
async function bench(workload, engines) {
  /** @type {{ worker: Worker, greeting: any }[]} */
  const ready = [];
  for (const name of engines) {
    const worker =
      name === 'ours'
        ? new Worker(name, process.execPath, [join(here, 'ours.cjs'), workload])
        : new Worker(name, python, [join(here, 'peers.py'), name, workload]);
    const greeting = await worker.answer();
    if (!greeting) console.log(`${name}: did not start`);
    else if (!greeting.absent) ready.push({ worker, greeting });
  }
  const turns = workload.startsWith('sweep') ? 3 : rounds;
  for (let round = 0; round < turns; round++) {
    for (const { worker } of ready) await worker.time(Number(workloads[workload]?.repetitions));
  }
  const ours = ready.find(({ worker }) => worker.name === 'ours')?.worker.medians();
  if (!ours) throw new Error(`our own ${workload} did not start: npm run doctor says why`);
  console.log(`\n${workload}`);
  return ready.map(({ worker, greeting }) => {
    worker.child.kill();
    const medians = worker.medians();
    const time = median(medians);
    const ratio = median(medians.map((time, i) => Number(ours[i]) / time));
    const about = greeting.about.replace(/^backend: /, 'ours, ').replace(/ \(.*| on the CPU/g, '');
    console.log(
      `  ${about.padEnd(40)} ${time.toFixed(2).padStart(9)} ms   ours/this ${ratio.toFixed(2)}   first two ${(greeting.first / 1000).toFixed(1)} s`,
    );
    return { name: worker.name, about, time, ratio };
  });
}

/** README's table of what was measured. @param {{ title: string, results: Result[] }[]} rows */
function speedTable(rows) {
  const names = ['ours', ...peers];
  const header = names.map(
    (name) => rows.flatMap(({ results }) => results).find((result) => result.name === name)?.about,
  );
  const lines = rows.map(({ title, results }) => {
    const find = (/** @type {string} */ name) => results.find((result) => result.name === name);
    const times = names.map((name) => {
      const time = find(name)?.time;
      return time === undefined ? '' : time.toFixed(time < 100 ? 1 : 0);
    });
    const others = results.filter(({ name }) => name !== 'ours');
    const best = Math.max(...others.map(({ ratio }) => ratio));
    return [title, ...times, find('torch')?.ratio.toFixed(2), best.toFixed(2)];
  });
  const head = ['workload', ...header, 'ours / PyTorch', 'ours / best peer'];
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

const flags = process.argv.slice(2);
if (flags.includes('--peers')) installPeers();
const only = flags.find((flag) => flag.startsWith('--only='))?.slice('--only='.length);
const engines = existsSync(python) ? ['ours', ...peers] : ['ours'];
const chosen = Object.entries(workloads).filter(([workload]) => !only || workload.includes(only));
if (chosen.length === 0) {
  console.error(`No workload is called ${only}: ${Object.keys(workloads).join(', ')}.`);
  process.exit(1);
}
if (flags.includes('--readme') && (only || engines.length === 1)) {
  console.error('README shows all workloads beside the peers: add --peers, leave --only out.');
  process.exit(1);
}
const machine = `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores, Node ${process.version}`;
console.log(machine);
if (engines.length === 1) console.log('No peers: npm run bench -- --peers installs them.');
const rows = [];
for (const [workload, { title }] of chosen) {
  rows.push({ title, results: await bench(workload, engines) });
}
if (flags.includes('--readme')) {
  await writeSection('speed', `${speedTable(rows)}\n\n${machine}; medians in ms.`);
}
