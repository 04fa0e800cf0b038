import { isDeepStrictEqual } from 'node:util';
import type { Run } from './account';
import { coalesced, joined, type Output } from './notebook';

/** How the outputs that arrived in the notebook differ from those the kernel sent; undefined if not. */
export function lost(run: Run, arrived: readonly Output[]): string | undefined {
  const sent = comparable(run.outputs);
  const got = comparable(arrived);
  if (isDeepStrictEqual(sent, got)) return undefined;
  const hint = run.late
    ? 'Output came after its cell had ended: await what prints it.'
    : 'tslab loses what goes beyond some 500 messages in one turn of the event loop: ' +
      'print several lines at once, or await in between.';
  return `${difference(sent, got)} ${hint}`;
}

type Comparable = { stream: string; text: string } | { data: Record<string, unknown> };

/** Outputs without stderr, which is a failure of its own, and without what nbformat changes. */
function comparable(outputs: readonly Output[]): Comparable[] {
  const printed = outputs.filter(({ name }) => name !== 'stderr');
  return coalesced(printed).map(({ name, text, data }) =>
    data ? { data: withLinesJoined(data) } : { stream: name ?? '', text: joined(text) },
  );
}

function withLinesJoined(data: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(data).map(([type, value]) => {
    const lines = Array.isArray(value) && value.every((line) => typeof line === 'string');
    return [type, lines ? value.join('') : value] as const;
  });
  return JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Record<string, unknown>;
}

function difference(sent: Comparable[], got: Comparable[]): string {
  const [lines, arrived] = [linesOf(sent), linesOf(got)];
  const missing = lines.find((line, index) => line !== arrived[index]);
  if (missing !== undefined) {
    return `of ${lines.length} lines printed ${arrived.length} arrived; the first lost is "${missing}".`;
  }
  const [shown, seen] = [sent, got].map((outputs) => outputs.filter((o) => 'data' in o).length);
  if (shown !== seen) return `of ${shown} outputs displayed ${seen} arrived.`;
  return 'an output did not arrive as it was displayed (its last update was lost).';
}

function linesOf(outputs: Comparable[]): string[] {
  const text = outputs.map((output) => ('text' in output ? output.text : '')).join('');
  return text.split('\n').filter((line) => line !== '');
}
