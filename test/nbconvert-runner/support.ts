import type { Cell, Notebook } from '../../lib/nbconvert-runner/src';

/** A notebook in short: its cells' sources, code unless they begin with "# ". */
export interface Sketch {
  cells: (string | { source: string; tags: string[] })[];
  /** The ids in `metadata.unrolled.claims`. */
  claims?: string[];
}

/** The notebook, with outputs and counts of an earlier run. */
export function notebookOf({ cells, claims = [] }: Sketch): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' },
      unrolled: { claims },
    },
    cells: cells.map((cell, index): Cell => {
      const { source, tags } = typeof cell === 'string' ? { source: cell, tags: [] } : cell;
      const shared = { id: `cell-${index}`, metadata: { tags }, source };
      if (source.startsWith('# ')) return { ...shared, cell_type: 'markdown' };
      return {
        ...shared,
        cell_type: 'code',
        outputs: [{ output_type: 'stream', name: 'stdout', text: ['old output\n'] }],
        execution_count: 7,
      };
    }),
  };
}

/** Maps with two calls in flight. */
export async function twoAtOnce<T, R>(items: T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const work = async () => {
    for (const [index, item] of queue) results[index] = await map(item);
  };
  await Promise.all([work(), work()]);
  return results;
}
