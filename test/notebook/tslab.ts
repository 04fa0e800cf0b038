import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('tslab.cjs', import.meta.url));

/** What tslab's own compiler has against a cell. */
export interface Complaint {
  /** Index among the cells given. */
  cell: number;
  line: number;
  message: string;
}

/** What a cell did when it ran. */
export interface CellResult {
  status: 'ok' | 'error';
  outputs: Output[];
}

/** A stream's text, or a display. */
export interface Output {
  name?: 'stdout' | 'stderr';
  text?: string;
  data?: Record<string, unknown>;
  transient?: { display_id?: string };
  update?: boolean;
}

/** Compiles cells in order as the tslab kernel does, in `folder`. */
export function compileCells(cells: string[], folder: string): Promise<Complaint[]> {
  return kernel({ cells }, folder) as Promise<Complaint[]>;
}

/** Runs cells in order in a tslab kernel without Jupyter, in `folder`. */
export function runCells(
  cells: string[],
  folder: string,
  env: Record<string, string> = {},
): Promise<CellResult[]> {
  return kernel({ cells, run: true }, folder, env) as Promise<CellResult[]>;
}

function kernel(request: object, cwd: string, env: Record<string, string> = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'inherit', 'pipe', 'pipe'],
    });
    const read = [child.stderr!, child.stdio[3] as NodeJS.ReadableStream].map(async (stream) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    });
    child.stdin!.end(JSON.stringify(request));
    child.on('error', reject);
    child.on('close', (code) => {
      Promise.all(read).then(([errors, answer]) => {
        if (code === 0 && answer) resolve(JSON.parse(answer));
        else reject(new Error(`tslab ended with code ${code}: ${errors}`));
      }, reject);
    });
  });
}
