// npm run bench -- [--backend=cuda] [--peers] [--python=PATH] [--ledger] [--only=highway-128] [--write] [--contributing]
// Times our workloads beside those of the peers, which --peers installs unless a --python has them, or with
// --ledger each of our parts beside what would do without it. --write writes the device's table of SPEED.md,
// --contributing that of the ledger.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nvidiaGpu } from '../../lib/setup/gpu.mjs';
import { writeSection } from '../../lib/setup/sections.mjs';
import { ledger } from './ledger.mjs';
import { Worker, here, median } from './worker.mjs';
import { peers, workloads } from './workloads.mjs';

const environment = join(here, '..', '..', '.unrolled', 'peers');
/** How many seconds an engine may take to start a workload. */
const patience = 120;

const { values: flags } = parseArgs({
  options: {
    backend: { type: 'string', default: 'cpu' },
    peers: { type: 'boolean', default: false },
    python: {
      type: 'string',
      default: join(
        environment,
        process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
      ),
    },
    ledger: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    contributing: { type: 'boolean', default: false },
  },
});
const { python, only } = flags;

/**
 * What one engine took for a workload: median ms, and the median over rounds of our time over its own.
 *
 * @typedef {{ name: string, about: string, time: number, ratio: number }} Result
 */

function installPeers() {
  if (!existsSync(python)) run('python3', ['-m', 'venv', environment]);
  const jax = device === 'cuda' ? 'jax[cuda12]' : 'jax';
  const tensorflow = device === 'cuda' ? [] : ['tensorflow-cpu'];
  run(python, ['-m', 'pip', 'install', '--quiet', 'numpy', 'torch', jax, ...tensorflow]);
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  console.log(`${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} failed`);
}

/** @typedef {{ worker: Worker, greeting: any }} Ready */

/**
 * Starts what times a workload, which takes a compiler minutes; on a GPU all at once, since the processors
 * of such machines are many.
 *
 * @param {string} workload @param {string[]} engines
 * @returns {Promise<Ready[]>}
 */
async function start(workload, engines) {
  const begin = async (/** @type {string} */ name) => {
    const worker = name === 'ours' ? ours(workload) : peer(name, workload);
    const greeting = await worker.answer(patience);
    if (greeting && !greeting.absent) return [{ worker, greeting }];
    if (!greeting) console.log(`${name}: did not start ${workload} in ${patience} s`);
    worker.stop();
    return [];
  };
  if (device === 'cuda') return (await Promise.all(engines.map(begin))).flat();
  const ready = [];
  for (const name of engines) ready.push(...(await begin(name)));
  return ready;
}

/** @param {string} workload */
function ours(workload) {
  const env = { ...process.env, BACKEND: device === 'cuda' ? 'cuda' : 'tensorflow' };
  return Worker.ours(workload.replace('-shared', ''), [], env);
}

/** @param {string} name @param {string} workload */
function peer(name, workload) {
  const env = { ...process.env, XLA_PYTHON_CLIENT_PREALLOCATE: 'false' };
  return new Worker(name, python, [join(here, 'peers.py'), name, workload, device], env);
}

/**
 * @param {string} workload @param {Ready[]} ready
 * @returns {Promise<Result[]>}
 */
async function bench(workload, ready) {
  const turns = workload.startsWith('sweep') ? 3 : rounds;
  for (let round = 0; round < turns; round++) {
    for (const { worker } of ready) await worker.time(workloads[workload]?.[device] ?? 1);
  }
  const own = ready.find(({ worker }) => worker.name === 'ours')?.worker.medians();
  if (!own) throw new Error(`our own ${workload} did not start: npm run doctor says why`);
  console.log(`\n${workload}`);
  return ready.map(({ worker, greeting }) => {
    worker.stop();
    const medians = worker.medians();
    const time = median(medians);
    const ratio = median(medians.map((time, i) => Number(own[i]) / time));
    const about = greeting.about.replace(/^backend: /, 'ours, ').replace(/ \(.*| on .*/g, '');
    console.log(
      `  ${about.padEnd(40)} ${time.toFixed(2).padStart(9)} ms   ours/this ${ratio.toFixed(2)}   first two ${(greeting.first / 1000).toFixed(1)} s`,
    );
    return { name: worker.name, about, time, ratio };
  });
}

/** SPEED.md's table of what was measured. @param {{ title: string, results: Result[] }[]} rows */
function speedTable(rows) {
  const names = ['ours', ...peers[device]];
  const header = names.map(
    (name) => rows.flatMap(({ results }) => results).find((result) => result.name === name)?.about,
  );
  const lines = rows.map(({ title, results }) => {
    const find = (/** @type {string} */ name) => results.find((result) => result.name === name);
    const times = names.map((name) => {
      const time = find(name)?.time;
      return time === undefined ? '' : time.toFixed(time < 10 ? 2 : time < 100 ? 1 : 0);
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

/** What was timed on, and when. */
function machine() {
  const processor = `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores`;
  const gpu = device === 'cuda' ? nvidiaGpu() : undefined;
  const card = gpu ? `${gpu.name}, driver ${gpu.driver}; ` : '';
  return `${card}${processor}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
}

/** Ours beside the peers. */
async function comparePeers() {
  const engines = existsSync(python) ? ['ours', ...peers[device]] : ['ours'];
  const all = Object.entries(workloads).filter(([, workload]) => workload[device]);
  const chosen = all.filter(([workload]) => !only || workload.includes(only));
  if (chosen.length === 0) {
    refuse(`No workload is called ${only}: ${all.map(([name]) => name).join(', ')}.`);
  }
  if (flags.write && (only || engines.length === 1)) {
    refuse('SPEED.md shows all workloads beside the peers: add --peers, leave --only out.');
  }
  if (engines.length === 1) console.log('No peers: npm run bench -- --peers installs them.');
  const early = device === 'cuda' && chosen.map(([workload]) => start(workload, engines));
  const rows = [];
  for (const [i, [workload, { title }]] of chosen.entries()) {
    const all = early ? await Promise.all(early) : [];
    const ready = all[i] ?? (await start(workload, engines));
    rows.push({ title, results: await bench(workload, ready) });
  }
  if (flags.write) {
    const text = `${speedTable(rows)}\n\n${machine()}; medians in ms.`;
    await writeSection(`speed-${device}`, text, 'SPEED.md');
  }
}

/** Each of our parts beside what would do without it. */
async function keepLedger() {
  if (flags.contributing && only) refuse('CONTRIBUTING shows all parts: leave --only out.');
  const table = await ledger(only, rounds);
  if (flags.contributing) {
    const text = `${table}\n\n${machine()}; medians, the ratio over ${rounds} rounds.`;
    await writeSection('ledger', text, 'CONTRIBUTING.md');
  }
}

/** @type {(mistake: string) => never} */
function refuse(mistake) {
  console.error(mistake);
  process.exit(1);
}

// What times is stopped on the way out.
process.setMaxListeners(0);
process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));

const device = flags.backend === 'cuda' ? 'cuda' : 'cpu';
/** A GPU has no other users, and is steady. */
const rounds = device === 'cuda' ? 3 : 7;
if (device !== flags.backend) refuse(`--backend is cpu or cuda, not ${flags.backend}.`);
if (flags.peers) installPeers();
console.log(machine());
if (flags.ledger) await keepLedger();
else await comparePeers();
