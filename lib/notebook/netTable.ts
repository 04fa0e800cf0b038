import { countParameters, type Network } from 'unrolled-core';
import { cell } from './claimWords';
import { display } from './kernel';

/**
 * Displays a table of the nets used: layers, blocks a stage, and numbers that training changes.
 *
 * @param nets one of each kind, by its name.
 */
export function netTable(nets: Record<string, Network>): void {
  const head = ['net', 'block', 'stages', 'blocks a stage', 'parameters'];
  const rows = Object.entries(nets).map(([name, net]) => [
    name,
    [...new Set(net.blocks.map((block) => block.getClassName()))].join(', '),
    String(net.stages.length),
    [...new Set(net.stages.map(({ length }) => length))].join(', '),
    countParameters(net).trainable.toLocaleString('en-US'),
  ]);
  const markdown = [head, head.map(() => '---'), ...rows].map(
    (row) => `| ${row.map(cell).join(' | ')} |`,
  );
  const plain = rows.map((row) => row.map((text, i) => `${head[i]}: ${text}`).join(', '));
  display()({ 'text/markdown': markdown.join('\n'), 'text/plain': plain.join('\n') });
}
