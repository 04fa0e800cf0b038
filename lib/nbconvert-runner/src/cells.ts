import type { Run } from './account';
import { lastCell } from './execute';
import { coalesced, joined, split, type Cell, type Notebook } from './notebook';

/**
 * The notebook that is executed: no old outputs, a last cell that waits for late errors, and whatever the format of
 * the original lacks or has too much, so that nbconvert finds nothing to say about it.
 */
export function prepared(notebook: Notebook, kernel: string): Notebook {
  const last: Cell = { cell_type: 'code', metadata: {}, source: lastCell };
  const cells = [...notebook.cells, last].map((cell, index) => bare(cell, `cell-${index + 1}`));
  const metadata = { kernelspec: { name: kernel, display_name: kernel } };
  return { nbformat: 4, nbformat_minor: 5, metadata, cells };
}

/** A cell as nbconvert needs it; text is not executed, and need not be right. */
function bare({ cell_type, source, metadata }: Cell, id: string): Cell {
  if (cell_type !== 'code') return { cell_type, id, metadata: {}, source: '' };
  const tags = [...new Set(metadata.tags)].filter((tag) => /^[^,]+$/.test(tag));
  return { cell_type, id, metadata: { tags }, source, outputs: [], execution_count: null };
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
 * The notebook as JupyterLab would save it once it is executed: what arrived in `executed`, or what the kernel sent
 * where that did not come so far; streams in one piece, the kernel's execution counts (nbconvert waits for a message
 * that tslab does not send), no timestamps.
 */
export function finish(
  notebook: Notebook,
  runs: (Run | undefined)[],
  executed: Notebook | undefined,
): Notebook {
  const cells = notebook.cells.map((cell, index): Cell => {
    if (cell.cell_type !== 'code') return cell;
    const run = runs[index];
    const metadata = { ...cell.metadata };
    delete metadata.execution;
    const outputs = coalesced((executed ? executed.cells[index]?.outputs : run?.outputs) ?? []);
    return {
      ...cell,
      metadata,
      outputs: outputs.map((output) =>
        output.output_type === 'stream' ? { ...output, text: split(joined(output.text)) } : output,
      ),
      execution_count: run?.count ?? null,
    };
  });
  return { ...notebook, metadata: { ...notebook.metadata, ...languageOf(executed) }, cells };
}

/** What the kernel said about its language. */
function languageOf(executed: Notebook | undefined) {
  const info = executed?.metadata['language_info'];
  return info === undefined ? {} : { language_info: info };
}
