import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, extract, replace } from 'tar';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadDataset, type Dataset } from '../../lib/datasets';
import { selectBackend } from '../../lib/backends';
import { plainNet } from '../../lib/core/networks';
import { ArchiveError, packRuns, trainOnce, unpackRuns, type Manifest } from '../../lib/training';

let data: Dataset;
let folder: string;
let archive: string;

beforeAll(async () => {
  await selectBackend();
  data = await loadDataset('glyphs', { train: 100, test: 10 });
});
afterAll(() => data.dispose());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-archive-'));
  archive = join(folder, 'desk.tar');
  vi.stubEnv('PROFILE', 'desk');
  elsewhere('made');
  await train();
  await train(2);
  return () => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  };
});

/** Another folder of runs, as on another machine. */
const elsewhere = (name: string) => vi.stubEnv('UNROLLED_RUNS', join(folder, name));

async function train(seed = 1) {
  const { net, reusedSteps } = await trainOnce({
    name: 'plain',
    build: (stream) => plainNet({ inputs: data.shape, width: 4, depth: 2, classes: 10, stream }),
    data,
    recipe: {
      optimizer: { name: 'sgd' },
      schedule: { kind: 'constant', rate: 0.1 },
      batchSize: 50,
      steps: 4,
    },
    seed,
    reuse: true,
  });
  net.dispose();
  return reusedSteps;
}

const runsIn = (name: string) =>
  readdirSync(join(folder, name)).filter((file) => file.endsWith('.run'));

/** The archive with its list, and what else is in it, changed. */
async function changed(change: (manifest: Manifest, inside: string) => unknown) {
  await packRuns('desk', archive);
  const inside = mkdtempSync(join(folder, 'inside-'));
  await extract({ file: archive, cwd: inside });
  const list = join(inside, 'unrolled-runs.json');
  const manifest = JSON.parse(readFileSync(list, 'utf8')) as Manifest;
  change(manifest, inside);
  writeFileSync(list, JSON.stringify(manifest));
  await create({ file: archive, cwd: inside }, readdirSync(inside));
}

/** Refused in words that have the file's name, and nothing is unpacked. */
async function refused(problem: string) {
  elsewhere('theirs');
  const failure = unpackRuns(archive);
  await expect(failure).rejects.toThrow(ArchiveError);
  await expect(failure).rejects.toThrow(archive);
  await expect(failure).rejects.toThrow(problem);
  expect(readdirSync(folder)).not.toContain('theirs');
}

describe('an archive of runs', () => {
  it('has the runs that a profile used, with what made each, and puts them where they are found', async () => {
    vi.stubEnv('PROFILE', 'quick');
    await train(3);
    const { runs } = await packRuns('desk', archive);
    expect(runs.map(({ file }) => file).sort()).toEqual(
      runsIn('made').filter((file) => !file.includes('seed3')),
    );
    expect(runs[0]!.made[0]).toMatchObject({
      precision: 'float32',
      backend: expect.any(String) as string,
    });
    elsewhere('theirs');
    vi.stubEnv('PROFILE', 'desk');
    expect((await unpackRuns(archive)).added).toBe(2);
    expect([await train(1), await train(2), await train(3)]).toEqual([4, 4, 0]);
  });

  it('unpacked twice changes nothing, and can be packed again where it was unpacked', async () => {
    await packRuns('desk', archive);
    elsewhere('theirs');
    await unpackRuns(archive);
    expect((await unpackRuns(archive)).added).toBe(0);
    expect((await packRuns('desk', join(folder, 'again.tar'))).runs).toHaveLength(2);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('is not made of nothing', async () => {
    const failure = packRuns('paper', archive);
    await expect(failure).rejects.toThrow('No run of the profile paper is kept in');
    expect(readdirSync(folder)).not.toContain('desk.tar');
  });

  it('of which a bit is wrong is refused', async () => {
    await packRuns('desk', archive);
    const bytes = readFileSync(archive);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(archive, bytes);
    await refused('is damaged');
  });

  it('that ends too soon is refused', async () => {
    await packRuns('desk', archive);
    writeFileSync(archive, readFileSync(archive).subarray(0, 8000));
    await refused('is damaged');
  });

  it('that lacks a run of its list is refused', async () => {
    await changed(({ runs }, inside) => rmSync(join(inside, runs[1]!.file)));
    await refused('which its list has');
  });

  it('of a newer version is refused, with the way out', async () => {
    await changed((manifest) => (manifest.format = 2));
    await refused('of format 2, newer than 1');
  });

  it.each(['../outside-0123456789abcdef-01234567.run', 'notebook.ipynb'])(
    'that would write %s is refused',
    async (name) => {
      await changed(({ runs }) => (runs[0]!.file = name));
      await refused(`"${name}" is no name of a run`);
    },
  );

  it('that is something else is refused', async () => {
    writeFileSync(archive, 'a letter');
    await refused(archive);
    writeFileSync(join(folder, 'letter.txt'), 'a letter');
    await create({ file: archive, cwd: folder }, ['letter.txt']);
    await replace({ file: archive, cwd: folder }, ['letter.txt']);
    await refused('is no archive of runs');
  });

  it('that is not there is named', async () => {
    archive = join(folder, 'nowhere.tar');
    await refused('cannot be read');
  });

  it('is packed and unpacked by command, in words that name the file and the folder', () => {
    expect(command('pack', 'desk', archive)).toMatch(
      /^desk\.tar: 2 runs of the profile desk, 0\.\d MB\.$/m,
    );
    elsewhere('theirs');
    expect(command('unpack', archive)).toContain(
      `2 runs of the profile desk are new in ${join(folder, 'theirs')}, 0 were there.`,
    );
    writeFileSync(archive, 'a letter');
    expect(command('unpack', archive)).toContain(archive);
  });

  it.each([
    [[], 'What is to be done?'],
    [['pack', 'tomorrow'], 'PROFILE is one of smoke, quick, desk, paper, not "tomorrow".'],
    [['send', 'desk'], '"send desk" is no such command.'],
  ])('refuses the command %j, with the usage', (words, refusal) => {
    const said = command(...words);
    expect(said).toContain(refusal);
    expect(said).toContain('Usage: npm run runs --');
  });
});

function command(...words: string[]): string {
  const file = join(__dirname, '..', '..', 'lib', 'setup', 'runs.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [file, ...words], { encoding: 'utf8' });
  expect(stderr).not.toContain('    at ');
  return stdout + stderr;
}
