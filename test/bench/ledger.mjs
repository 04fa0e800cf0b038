import { spawnSync } from 'node:child_process';
import { environment, variables } from '../../lib/setup/python.mjs';
import { Worker, median } from './worker.mjs';

/**
 * A part of the native backend, what does its work when it is taken away, and the workload that is
 * timed with and without it, so many times a round. `start` says that the first two runs of a fresh
 * process are timed, in which a graph is recorded and loaded. An op has one thread, as in the notebooks;
 * those of convolutions have all cores, as the library leaves it.
 *
 * @typedef {{ part: string, less: string, instead: string, workload: keyof typeof workloads, start?: boolean }} Entry
 */

const workloads = {
  'highway-128': { title: 'training step, highway, 50 layers', repetitions: 60 },
  'plain-128': { title: 'training step, plain, 50 layers', repetitions: 100 },
  'resnet20-64': { title: 'training step, ResNet-20', repetitions: 6 },
  'evaluate-10000': { title: 'evaluation of 10,000 digits', repetitions: 8 },
  'evaluate-conv': { title: 'evaluation of 1,000 pictures, highway convolutions', repetitions: 3 },
  'sweep-49x8000': { title: '49 lesions on 8,000 digits', repetitions: 1 },
};

const ops = "TensorFlow's ops";
const formula = "tfjs's ops and gradients";

/** @type {Entry[]} */
const entries = [
  {
    part: '`highway.cc`, `UnrolledHighway`',
    less: 'UnrolledHighway',
    instead: ops,
    workload: 'evaluate-10000',
  },
  {
    part: '`highway.cc`, `UnrolledHighwayMix`, `…MixGrad`',
    less: 'UnrolledHighwayMix',
    instead: ops,
    workload: 'highway-128',
  },
  {
    part: '`highway.cc`, `UnrolledHighwayPaths`',
    less: 'UnrolledHighwayPaths',
    instead: '`UnrolledHighway`, block by block',
    workload: 'sweep-49x8000',
  },
  {
    part: '`session.h`, `unrolled_as_recorded`',
    less: 'tags',
    instead: "all of TensorFlow's rewriting",
    workload: 'highway-128',
    start: true,
  },
  {
    part: '`session.h`, `unrolled_fused`',
    less: 'tags',
    instead: "all of TensorFlow's rewriting",
    workload: 'resnet20-64',
    start: true,
  },
  {
    part: '`session.h`, `unrolled_fused`',
    less: 'rewriting',
    instead: 'no rewriting',
    workload: 'evaluate-conv',
  },
  {
    part: 'recorded graphs (`recording.ts` and what it needs)',
    less: 'recorder',
    instead: 'op by op',
    workload: 'highway-128',
  },
  {
    part: '`kernels/update.ts`',
    less: 'update',
    instead: "tfjs's ops and assignments",
    workload: 'highway-128',
  },
  { part: '`kernels/dense.ts`', less: 'dense', instead: formula, workload: 'plain-128' },
  { part: '`kernels/batchNorm.ts`', less: 'batchNorm', instead: formula, workload: 'resnet20-64' },
  { part: '`kernels/activation.ts`', less: 'activate', instead: formula, workload: 'resnet20-64' },
];

/**
 * Times each part's workload with and without it, taking turns, and measures what `quiet.cc` keeps off
 * stderr.
 *
 * @param {string | undefined} only a word of the parts or workloads that are wanted
 * @param {number} rounds
 * @returns {Promise<string>} the table; none of some parts alone
 */
export async function ledger(only, rounds) {
  /** @type {string[][]} */
  const rows = [['part', 'instead of it', 'workload', 'with', 'without', 'with / without']];
  rows.push(Array(6).fill('---'));
  const chosen = entries.filter(
    ({ part, less, workload }) =>
      !only || [part, less, workload].some((name) => name.includes(only)),
  );
  if (chosen.length === 0) throw new Error(`No part or workload is called ${only}.`);
  for (const entry of chosen) {
    const { part, instead, workload, start } = entry;
    const { time, without, ratio } = await measure(entry, rounds);
    const title = `${start ? 'first two of: ' : ''}${workloads[workload].title}`;
    rows.push([part, instead, title, ms(time), ms(without), ratio.toFixed(2)]);
    console.log(rows.at(-1)?.join(' | '));
  }
  if (only) return '';
  const [quiet, loud] = [bytesOnStderr(''), bytesOnStderr(skipQuiet)];
  const sizes = [`${quiet} bytes`, `${loud} bytes`, ''];
  rows.push(['`quiet.cc`', 'nothing', 'stderr while the backend loads', ...sizes]);
  console.log(rows.at(-1)?.join(' | '));
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const ms = (/** @type {number} */ time) => `${time.toFixed(time < 100 ? 1 : 0)} ms`;

/** @param {Entry} entry @param {number} rounds */
async function measure({ less, workload, start }, rounds) {
  const env = workload.startsWith('resnet') ? process.env : variables(environment());
  /** @type {{ less: string[], worker?: Worker, times: number[] }[]} */
  const sides = [
    { less: [], times: [] },
    { less: [less], times: [] },
  ];
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
      if (start) side.worker?.stop();
      if (start || !side.worker) {
        side.worker = Worker.ours(workload, side.less, env);
        const greeting = await side.worker.answer();
        if (!greeting) throw new Error(`${workload} did not start: npm run doctor says why`);
        if (start) side.times.push(greeting.first);
      }
      if (!start) {
        side.times.push(median(await side.worker.time(workloads[workload].repetitions)));
      }
    }
  }
  const [whole = [], lacking = []] = sides.map(({ worker, times }) => {
    worker?.stop();
    return times;
  });
  return {
    time: median(whole),
    without: median(lacking),
    ratio: median(whole.map((time, i) => time / Number(lacking[i]))),
  };
}

const skipQuiet = `
  const { dlopen } = process;
  process.dlopen = (module, file, ...rest) =>
    file.endsWith('quiet.node') ? undefined : dlopen(module, file, ...rest);
`;

/** @param {string} before */
function bytesOnStderr(before) {
  const script = `${before}; require('unrolled').selectBackend()`;
  return spawnSync(process.execPath, ['-e', script]).stderr.length;
}
