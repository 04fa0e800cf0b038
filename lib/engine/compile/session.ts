import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import type { Addon } from './addon';
import type { Graph } from './graph';

const prefix = 'unrolled-graph-';
let swept = false;

/** A graph loaded into TensorFlow, with the variables it owns. */
export class Session {
  private readonly id: number;
  private open = true;

  /** @throws Error with TensorFlow's words when it does not accept the graph. */
  constructor(
    private readonly addon: Addon,
    graph: Graph,
  ) {
    if (!swept) removeLeftovers();
    swept = true;
    const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
    try {
      writeFileSync(join(folder, 'saved_model.pb'), graph.savedModel());
      this.id = addon.binding.loadSavedModel(folder + sep, graph.tag);
    } catch (error) {
      throw explain('does not accept the graph', error);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Runs the graph from the nodes `feeds`, given by handles, to the nodes `fetches`. */
  run(
    handles: number[],
    feeds: string,
    fetches: string,
  ): { id: number; shape: number[]; dtype: number }[] {
    try {
      return this.addon.binding.runSavedModel(this.id, handles, feeds, fetches);
    } catch (error) {
      throw explain('failed while running the graph', error);
    }
  }

  /** Frees the graph and its variables. */
  close(): void {
    if (this.open) this.addon.binding.deleteSavedModel(this.id);
    this.open = false;
  }
}

/** Removes what processes that no longer run left in the temporary folder. */
export function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? [];
    if (pid && !runs(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function explain(what: string, error: unknown): Error {
  const words = error instanceof Error ? error.message : String(error);
  return new Error(`compile: TensorFlow ${what}: ${words.split('\n')[0]}`, { cause: error });
}
