import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import type { Addon } from './addon';
import type { Graph } from './graph';

const prefix = 'unrolled-graph-';
let swept = false;

/** How many graphs that nobody uses stay loaded; the one not used for longest is freed. */
const idleCapacity = 4;
const idle: Session[] = [];

/**
 * A graph loaded into TensorFlow, with the variables it owns.
 *
 * Nets that differ in their weights alone, such as those of several seeds, make graphs that are equal
 * to the byte. So a closed session stays loaded for a while, and serves the next graph that equals its
 * own: loading and preparing a graph takes as long as tens of its runs. Its variables then hold values
 * of the net before, which {@link State} replaces all.
 */
export class Session {
  private open = true;

  private constructor(
    private readonly addon: Addon,
    private readonly id: number,
    private readonly bytes: Uint8Array,
  ) {}

  /**
   * A session of `graph` that nobody else has.
   * @throws Error with TensorFlow's words when it does not accept the graph.
   */
  static of(addon: Addon, graph: Graph): Session {
    const bytes = graph.savedModel();
    const known = idle.findIndex((session) => Buffer.compare(session.bytes, bytes) === 0);
    if (known === -1) return new Session(addon, load(addon, bytes, graph.tag), bytes);
    const [session] = idle.splice(known, 1);
    session!.open = true;
    return session!;
  }

  /** Runs the graph from the nodes `feeds`, given by handles, to the nodes `fetches`. */
  run(
    handles: number[],
    feeds: string,
    fetches: string,
  ): { id: number; shape: number[]; dtype: number }[] {
    return attempt('TensorFlow failed while running the graph', () =>
      this.addon.binding.runSavedModel(this.id, handles, feeds, fetches),
    );
  }

  /** Gives the graph up. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    idle.push(this);
    if (idle.length > idleCapacity) idle.shift()!.free();
  }

  private free(): void {
    this.addon.binding.deleteSavedModel(this.id);
  }
}

/** TensorFlow takes a graph as a file in a folder. */
function load(addon: Addon, savedModel: Uint8Array, tag: string): number {
  if (!swept) removeLeftovers();
  swept = true;
  const unwritten = `the graph can't be written to ${tmpdir()}, which TMPDIR names`;
  const folder = attempt(unwritten, () => mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`)));
  try {
    attempt(unwritten, () => writeFileSync(join(folder, 'saved_model.pb'), savedModel));
    return attempt('TensorFlow does not accept the graph', () =>
      addon.binding.loadSavedModel(folder + sep, tag),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes what processes that no longer run left in the temporary folder, as far as it is ours. */
export function removeLeftovers(): void {
  for (const name of leftovers()) {
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      continue;
    }
  }
}

function leftovers(): string[] {
  const dead = (name: string) => {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? [];
    return pid !== undefined && !runs(Number(pid));
  };
  try {
    return readdirSync(tmpdir()).filter(dead);
  } catch {
    return [];
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What `act` gives; an error of its is told with `what` went wrong. */
function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`compile: ${what}: ${words.split('\n')[0]}`, { cause: error });
  }
}
