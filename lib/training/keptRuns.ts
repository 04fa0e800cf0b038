import { appendFile, readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { projectFolder } from '../backends/project';

/**
 * The folder where runs are kept: .unrolled/runs in the project's folder, or the one that the
 * environment variable UNROLLED_RUNS names; a relative path starts at the project's folder. It grows
 * with each run that is new. Any file in it, or all of it, may be deleted at any time.
 *
 * A finished run is `LABEL-IDENTITY-MAKER.run`, one that is not yet `LABEL-IDENTITY-MAKER.checkpoint`;
 * `PROFILE.list` has the names of the runs that a profile took or made.
 */
export function runsFolder(): string {
  return resolve(projectFolder(), process.env['UNROLLED_RUNS'] || '.unrolled/runs');
}

/** What the name of a kept run's file says. */
export interface RunName {
  /** What the run is called, and its seed. */
  label: string;
  /** Hash of what makes the run the run it is: 16 hexadecimal digits. */
  identity: string;
  /** Hash of what made it: 8 hexadecimal digits. */
  maker: string;
  kind: 'run' | 'checkpoint';
}

/** The file of a run. */
export function pathOf({ label, identity, maker, kind }: RunName): string {
  return join(runsFolder(), `${label}-${identity}-${maker}.${kind}`);
}

/** What a file's name says; undefined where it is no run's. */
export function runNameOf(path: string): RunName | undefined {
  const parts = /^(.+)-([0-9a-f]{16})-([0-9a-f]{8})\.(run|checkpoint)$/.exec(basename(path));
  if (!parts) return undefined;
  const [, label, identity, maker, kind] = parts as unknown as [
    string,
    string,
    string,
    string,
    RunName['kind'],
  ];
  return { label, identity, maker, kind };
}

/**
 * The file of the run with this identity, whatever it is called: a finished one before one that is not,
 * and of these one of the same maker first.
 *
 * @param exact whether another maker's will not do
 */
export async function findRun(
  identity: string,
  maker: string,
  exact: boolean,
): Promise<RunName | undefined> {
  const names = await readdir(runsFolder()).catch(() => []);
  const rank = (name: RunName) => (name.kind === 'run' ? 2 : 0) + (name.maker === maker ? 1 : 0);
  return names
    .sort()
    .flatMap((name) => runNameOf(name) ?? [])
    .filter((name) => name.identity === identity && (!exact || name.maker === maker))
    .sort((a, b) => rank(b) - rank(a))[0];
}

/** Writes down that the profile used the run of this file. */
export async function noteUse(profile: string, path: string): Promise<void> {
  const list = join(runsFolder(), `${profile}.list`);
  const name = basename(path);
  if (!(await usedBy(profile)).includes(name)) await appendFile(list, `${name}\n`);
}

/** The names of the files that the profile used. */
export async function usedBy(profile: string): Promise<string[]> {
  const list = await readFile(join(runsFolder(), `${profile}.list`), 'utf8').catch(() => '');
  return [...new Set(list.split('\n').filter(Boolean))];
}
