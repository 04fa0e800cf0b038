import { closeSync, openSync, readSync } from 'node:fs';
import { coalesced, type Output } from './notebook';

/** What the kernel did with one code cell. */
export interface Run {
  /** The cell's number in the kernel: the n of `In [n]`. */
  number: number;
  code: string;
  /** The JavaScript that tslab made of it. */
  compiled?: string;
  /** In ms since 1970. */
  start: number;
  end?: number;
  status?: string;
  /** The execution count in the kernel's reply. */
  count?: number;
  outputs: Output[];
  /** Every write to stderr while this was the latest cell. */
  errors: { text: string; late: boolean }[];
  /** How many outputs, stderr apart, came after the cell had ended. */
  late: number;
}

interface Content {
  data: Record<string, unknown>;
  metadata?: object;
  transient?: { display_id?: string };
}

/** A line of the account; kernel/account.cjs writes them. */
type Entry = { at: number } & (
  | { type: 'process'; pid: number }
  | { type: 'start'; run: number; code: string }
  | { type: 'compiled'; run: number; code: string }
  | { type: 'stream'; run: number; name: string; text: string }
  | { type: 'display'; run: number; update: boolean; content: Content }
  | { type: 'end'; run: number; status: string; count?: number }
  | { type: 'settled'; pending: string[] }
  | { type: 'exit'; code: number }
);

/** The kernel's own account of a notebook, read from the file while the kernel still writes it. */
export class Account {
  /** The kernel's process, and the one that started it if that is Node too. */
  readonly processes: number[] = [];
  readonly runs: Run[] = [];
  /** What was still pending when the wait after the last cell was over; undefined before that. */
  pending?: string[];
  /** With which code the kernel left by itself. */
  exitCode?: number;

  private readonly displays = new Map<string, Output[]>();
  private offset = 0;
  private rest = Buffer.alloc(0);

  constructor(private readonly path: string) {}

  /** The run that has begun and not ended. */
  get running(): Run | undefined {
    return this.runs.find((run) => run.end === undefined);
  }

  /** Reads what was written since the last call. */
  update(): void {
    const text = Buffer.concat([this.rest, this.read()]);
    const end = text.lastIndexOf('\n') + 1;
    this.rest = text.subarray(end);
    for (const line of text.toString('utf8', 0, end).split('\n')) {
      if (line) this.enter(JSON.parse(line) as Entry);
    }
  }

  private read(): Buffer {
    const file = openSync(this.path, 'r');
    const chunks: Buffer[] = [];
    try {
      for (;;) {
        const chunk = Buffer.alloc(1 << 16);
        const bytes = readSync(file, chunk, 0, chunk.length, this.offset);
        if (bytes === 0) return Buffer.concat(chunks);
        this.offset += bytes;
        chunks.push(chunk.subarray(0, bytes));
      }
    } finally {
      closeSync(file);
    }
  }

  private enter(entry: Entry): void {
    if (entry.type === 'process') this.processes.push(entry.pid);
    else if (entry.type === 'settled') this.pending = entry.pending;
    else if (entry.type === 'exit') this.exitCode = entry.code;
    else if (entry.type === 'start') {
      const { run: number, code, at: start } = entry;
      this.runs.push({ number, code, start, outputs: [], errors: [], late: 0 });
    } else {
      const run = this.runs.find(({ number }) => number === entry.run);
      if (run) this.enterInto(run, entry);
    }
  }

  private enterInto(run: Run, entry: Extract<Entry, { run: number }>): void {
    const late = run.end !== undefined;
    if (entry.type === 'compiled') run.compiled = entry.code;
    if (entry.type === 'end') {
      run.end = entry.at;
      run.status = entry.status;
      run.count = entry.count;
    }
    if (entry.type === 'stream' && entry.text) {
      const { name, text } = entry;
      if (name === 'stderr') run.errors.push({ text, late });
      else if (late) run.late++;
      run.outputs = coalesced([...run.outputs, { output_type: 'stream', name, text }]);
    }
    if (entry.type === 'display') this.display(run, entry.content, entry.update);
  }

  private display(run: Run, { data, metadata, transient }: Content, update: boolean): void {
    const id = transient?.display_id;
    const known = (id && this.displays.get(id)) || [];
    for (const output of known) Object.assign(output, { data, metadata: metadata ?? {} });
    if (update) return;
    const output = { output_type: 'display_data', data, metadata: metadata ?? {} };
    run.outputs.push(output);
    if (run.end !== undefined) run.late++;
    if (id) this.displays.set(id, [...known, output]);
  }
}
