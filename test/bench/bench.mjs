// npm run bench -- [--peers] [--ledger] [--only=highway-128] [--write] [--contributing]
// Times our workloads beside those of the peers, which --peers installs, or with --ledger each of our parts
// beside what would do without it. --write writes the table of SPEED.md, --contributing that of the ledger.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { writeSection } from '../../lib/setup/sections.mjs';
import { ledger } from './ledger.mjs';
import { Worker, here, median } from './worker.mjs';

const environment = join(here, '..', '..', '.unrolled', 'peers');
const python = join(
  environment,
  process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
);
const peers = ['torch', 'torch-compile', 'jax', 'tf-function'];
const rounds = 7;

/**
 * What SPEED.md calls a workload, and its repetitions a round, so that a round takes about a second.
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
        ? Worker.ours(workload)
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
    worker.stop();
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

/** SPEED.md's table of what was measured. @param {{ title: string, results: Result[] }[]} rows */
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

const machine = `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores, Node ${process.version}`;

/** Ours beside the peers. @param {string | undefined} only @param {boolean} write */
async function comparePeers(only, write) {
  const engines = existsSync(python) ? ['ours', ...peers] : ['ours'];
  const chosen = Object.entries(workloads).filter(([workload]) => !only || workload.includes(only));
  if (chosen.length === 0) {
    refuse(`No workload is called ${only}: ${Object.keys(workloads).join(', ')}.`);
  }
  if (write && (only || engines.length === 1)) {
    refuse('SPEED.md shows all workloads beside the peers: add --peers, leave --only out.');
  }
  if (engines.length === 1) console.log('No peers: npm run bench -- --peers installs them.');
  const rows = [];
  for (const [workload, { title }] of chosen) {
    rows.push({ title, results: await bench(workload, engines) });
  }
  if (write) {
    const text = `${speedTable(rows)}\n\n${machine}; medians in ms.`;
    await writeSection('speed', text, 'SPEED.md');
  }
}

/** Each of our parts beside what would do without it. @param {string | undefined} only @param {boolean} write */
async function keepLedger(only, write) {
  if (write && only) refuse('CONTRIBUTING shows all parts: leave --only out.');
  const table = await ledger(only, rounds);
  if (write) {
    const text = `${table}\n\n${machine}; medians, the ratio over ${rounds} rounds.`;
    await writeSection('ledger', text, 'CONTRIBUTING.md');
  }
}

/** @type {(mistake: string) => never} */
function refuse(mistake) {
  console.error(mistake);
  process.exit(1);
}

const flags = process.argv.slice(2);
if (flags.includes('--peers')) installPeers();
const only = flags.find((flag) => flag.startsWith('--only='))?.slice('--only='.length);
console.log(machine);
if (flags.includes('--ledger')) await keepLedger(only, flags.includes('--contributing'));
else await comparePeers(only, flags.includes('--write'));
