// npm run bench [-- --peers] [-- --only=highway-128]: our workloads beside those of the peers.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const environment = join(here, '..', '..', '.unrolled', 'peers');
const python = join(
  environment,
  process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
);
const peers = ['torch', 'torch-compile', 'jax', 'tf-function'];
const rounds = 7;

/**
 * Repetitions a round, so that a round takes about a second.
 * @type {Record<string, number>}
 */
const repetitions = {
  'highway-128': 60,
  'highway-512': 25,
  'resnet20-64': 6,
  'evaluate-10000': 8,
  'sweep-49x8000': 1,
};

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

/** @param {string} workload @param {string[]} engines */
async function bench(workload, engines) {
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
    for (const { worker } of ready) await worker.time(repetitions[workload] ?? 1);
  }
  const ours = ready[0]?.worker.medians() ?? [];
  console.log(`\n${workload}`);
  for (const { worker, greeting } of ready) {
    const medians = worker.medians();
    const ratio = median(medians.map((time, i) => Number(ours[i]) / time));
    const about = greeting.about.replace(/^backend: /, 'ours, ').replace(/ \(.*/, '');
    console.log(
      `  ${about.padEnd(40)} ${median(medians).toFixed(2).padStart(9)} ms   ours/this ${ratio.toFixed(2)}   first two ${(greeting.first / 1000).toFixed(1)} s`,
    );
    worker.child.kill();
  }
}

const flags = process.argv.slice(2);
if (flags.includes('--peers')) installPeers();
const only = flags.find((flag) => flag.startsWith('--only='))?.slice('--only='.length);
const engines = existsSync(python) ? ['ours', ...peers] : ['ours'];
console.log(`${os.cpus()[0]?.model}, ${os.cpus().length} cores, Node ${process.version}`);
if (engines.length === 1) console.log('No peers: npm run bench -- --peers installs them.');
for (const workload of Object.keys(repetitions)) {
  if (!only || workload.includes(only)) await bench(workload, engines);
}
