import type { Run } from './account';
import { lastCell } from './execute';
import { coalesced, joined, split, type Cell, type Notebook } from './notebook';

/** The notebook that is executed: no old outputs, and a last cell that waits for late errors. */
export function prepared(notebook: Notebook): Notebook {
  const cells = notebook.cells.map(cleared);
  const last: Cell = {
    cell_type: 'code',
    ...(notebook.nbformat_minor >= 5 ? { id: 'nbconvert-runner' } : {}),
    metadata: {},
    source: lastCell,
    outputs: [],
    execution_count: null,
  };
  return { ...notebook, cells: [...cells, last] };
}

function cleared(cell: Cell): Cell {
  if (cell.cell_type !== 'code') return cell;
  return { ...cell, outputs: [], execution_count: null };
}

/** The n-th run belongs to the n-th code cell, leaving out those that nbconvert skipped. */
export function runsByCell({ cells }: Notebook, runs: readonly Run[]): (Run | undefined)[] {
  let next = 0;
  return cells.map((cell) =>
    cell.cell_type === 'code' && runs[next]?.code === joined(cell.source)
      ? runs[next++]
      : undefined,
  );
}

/**
 * The executed notebook as JupyterLab would save it: streams in one piece, the kernel's execution
 * counts (nbconvert waits for a message that tslab does not send), no timestamps, no last cell.
 */
export function finish(notebook: Notebook, runs: (Run | undefined)[], executed: boolean): Notebook {
  const cells = notebook.cells.slice(0, runs.length).map((cell, index): Cell => {
    if (cell.cell_type !== 'code') return cell;
    const run = runs[index];
    const metadata = { ...cell.metadata };
    delete metadata.execution;
    const outputs = coalesced((executed ? cell.outputs : run?.outputs) ?? []);
    return {
      ...cell,
      metadata,
      outputs: outputs.map((output) =>
        output.output_type === 'stream' ? { ...output, text: split(joined(output.text)) } : output,
      ),
      execution_count: run?.count ?? null,
    };
  });
  return { ...notebook, cells };
}
