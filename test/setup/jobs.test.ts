import { describe, expect, it } from 'vitest';
import { judged, startJobs, trainingCode } from '../../lib/setup/jobs.mjs';
import { notebookNames, readNotebook } from '../../lib/setup/results.mjs';

const code = (source: string) => ({ cell_type: 'code', source, metadata: {} });
const notebook = (...sources: string[]) => ({ cells: sources.map(code), metadata: {} });
const imports = "import { Stream, highwayNet, loadFirstAvailable, trainOnce } from 'unrolled';";
const train = (rate: number, bias: number) => `const nets = [];
for (const seed of [1, 2]) {
  const recipe = {
    optimizer: { name: 'momentum', momentum: 0.9 },
    schedule: { kind: 'constant', rate: ${rate} },
    batchSize: 128,
    steps: 187200,
  };
  const build = (stream: Stream) =>
    highwayNet({ inputs: data.shape, classes: 10, depth: 51, width: 50, transformBias: ${bias}, stream });
  nets.push(await trainOnce({ name: 'highway', build, data, recipe, seed, reuse: true }));
}`;
const loading = "const data = await loadFirstAvailable(['mnist'], {});";

describe('the training jobs of a notebook', () => {
  it('are taken with what they need, through other cells, and without what only measures', () => {
    const cells = [
      imports,
      'const depth = 51;',
      loading,
      'const build = () => depth;',
      'const lesions = data.depth;',
      'const net = trainOnce({ build: build, data: data });',
      'lesions.map((row) => row.net);',
    ];
    const kept = [0, 1, 2, 3, 5].map((i) => cells[i]);
    expect(trainingCode(notebook(...cells))).toBe(kept.join('\n'));
  });

  it('are found where a function of an earlier cell starts them', () => {
    const cells = [
      imports,
      loading,
      'const train = (rate: number) => trainOnce({ data: data, rate: rate });',
      'const other = (rate: number) => rate;',
      'const nets = [await train(0.1)];',
      'other(1);',
    ];
    const kept = [0, 1, 2, 4].map((i) => cells[i]);
    expect(trainingCode(notebook(...cells))).toBe(kept.join('\n'));
  });

  it('are started once for several seeds, and stopped after so many steps', async () => {
    const jobs = await startJobs(notebook(imports, loading, train(0.05, -4)), {
      steps: 20,
      seconds: 60,
    });
    expect(jobs).toMatchObject([{ name: 'highway', steps: 20, of: 187200, problem: undefined }]);
  });

  it('are reported when they diverge, as relu with a transform bias of -2 does', async () => {
    const [job] = await startJobs(notebook(imports, loading, train(0.1, -2)), {
      steps: 300,
      seconds: 60,
    });
    expect(job!.problem).toMatch(/^The loss is NaN at step \d+ of 187200/);
  });

  it('are reported when they learn nothing, or get worse', () => {
    expect(judged(1000, 2.3, 2.2)).toContain('still that of guessing');
    expect(judged(1000, 2.3, 1.9)).toBeUndefined();
    expect(judged(10, 2.4, 2.35)).toBeUndefined();
    expect(judged(10, 2.4, 5)).toBe('the loss rises');
  });
});

it('no dense net of the profile paper diverges in its first 300 steps', async () => {
  const problems: string[] = [];
  let started = 0;
  for (const name of notebookNames()) {
    const limits = { steps: 300, seconds: 60, denseOnly: true };
    for (const job of await startJobs(readNotebook(name), limits)) {
      started++;
      if (job.problem) problems.push(`${name}, ${job.name}: ${job.problem}`);
    }
  }
  expect(problems).toEqual([]);
  expect(started).toBeGreaterThanOrEqual(5);
});
