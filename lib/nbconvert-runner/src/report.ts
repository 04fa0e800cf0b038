import { noEvidence } from './claims';
import type { Progress, RunResult } from './run';

/** Says how the notebooks are doing: a line each, live on a terminal, and a table at the end. */
export class Report {
  private path = '';
  private shown = '';

  constructor(private readonly out: NodeJS.WriteStream) {}

  /** Starts a notebook's line. */
  begin(path: string): void {
    this.path = path;
    this.out.write(`${path} ... `);
  }

  /** Rewrites it on a terminal. */
  progress({ cell, cells, seconds, shows }: Progress): void {
    if (!this.out.isTTY) return;
    const doing = cell === 0 ? 'starting the kernel' : `cell ${cell} of ${cells}`;
    const line = `${this.path} ... ${doing}, ${Math.floor(seconds)} s ${shows}`.trimEnd();
    if (line === this.shown) return;
    this.shown = line;
    this.out.write(`\r\x1b[K${line.slice(0, (this.out.columns ?? 80) - 1)}`);
  }

  /** Ends it, and shows the failures, and the claims that are no evidence. */
  end(result: RunResult): void {
    const { passed, failures, seconds, claims } = result;
    const again = this.out.isTTY ? `\r\x1b[K${this.path} ... ` : '';
    this.out.write(`${again}${passed ? 'passed' : 'FAILED'} after ${seconds.toFixed(1)} s\n`);
    for (const { id, control } of claims.filter(noEvidence)) {
      const name = control ? ` (${control.name})` : '';
      this.out.write(`  no evidence: the claim "${id}" holds, as does its control${name}\n`);
    }
    for (const { message } of failures) {
      this.out.write(`\n${message.replace(/^/gm, '  ')}\n`);
    }
    if (!passed) this.out.write('\n');
  }

  /** Shows all notebooks in a table. */
  table(results: readonly RunResult[]): void {
    const rows = results.map((result) => [
      result.path,
      result.seconds.toFixed(1),
      claims(result),
      outcome(result),
    ]);
    const table = [['notebook', 'seconds', 'claims held', 'result'], ...rows];
    const widths = table[0]!.map((_, column) =>
      Math.max(...table.map((row) => row[column]!.length)),
    );
    const lines = table.map((row) =>
      row
        .map((text, column) => align(text, widths[column]!, column))
        .join('  ')
        .trimEnd(),
    );
    this.out.write(`\n${lines.join('\n')}\n`);
  }
}

function claims({ claims, notebook }: RunResult): string {
  const expected = notebook?.metadata.unrolled?.claims?.length ?? 0;
  const held = claims.filter(({ passed }) => passed === true).length;
  const shown = claims.filter(({ asserted }) => asserted === false).length;
  const alike = claims.filter(noEvidence).length;
  return [
    `${held} of ${Math.max(expected, claims.length)}`,
    ...(alike ? [`${alike} as does the control`] : []),
    ...(shown ? [`${shown} not asserted`] : []),
  ].join(', ');
}

function outcome({ passed, failures }: RunResult): string {
  if (passed) return 'passed';
  const kinds = [...new Set(failures.map(({ kind }) => kind))];
  return `FAILED: ${kinds.join(', ')}`;
}

function align(text: string, width: number, column: number): string {
  return column === 1 ? text.padStart(width) : text.padEnd(width);
}
