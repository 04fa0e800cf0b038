import { stripVTControlCharacters } from 'node:util';
import type { Run } from './account';

/** Where in a notebook's code something went wrong. */
export interface Place {
  run: Run;
  /** The line in the cell, from 1; undefined where the kernel names none. */
  line?: number;
}

const frame = /In \[(\d+)\]:(\d+)(?::\d+)?/g;
const diagnostic = /^(\d+):\d+ - /m;
const internal = /^\s+at .*(node:internal|node:vm|[\\/]tslab[\\/]dist[\\/]|account\.cjs:)/;
const wrapper = /^\s+at In \[\d+\]$\n?/gm;

/**
 * The place the kernel's words name: the line of a type error, or the topmost frame of a stack.
 * @param run the cell that ran when the kernel said it.
 * @param own look for a frame in that cell first, although it may have called an earlier one.
 */
export function place(words: string, run: Run, runs: readonly Run[], own: boolean): Place {
  const typed = diagnostic.exec(words);
  if (typed) return { run, line: Number(typed[1]) };
  const frames = [...words.matchAll(frame)].map(([, number, line]) => ({
    run: runs.find((other) => other.number === Number(number)),
    line: Number(line),
  }));
  const first = (own && frames.find((candidate) => candidate.run === run)) || frames[0];
  if (!first?.run) return { run };
  return { run: first.run, line: sourceLine(first.run, first.line) };
}

/** The kernel's words for a reader: no colours, no frames inside the kernel, line numbers of the cell. */
export function readable(words: string, runs: readonly Run[]): string {
  return stripVTControlCharacters(words)
    .split('\n')
    .filter((line) => !internal.test(line))
    .join('\n')
    .replace(frame, (_, number: string, line: string) => {
      const run = runs.find((other) => other.number === Number(number));
      const original = run && sourceLine(run, Number(line));
      return original === undefined ? `In [${number}]` : `In [${number}]:${original}`;
    })
    .replace(wrapper, '')
    .trimEnd();
}

/**
 * The line of a cell that a line of its compiled code comes from. tslab keeps no source map, so this
 * is the line that shares most words with it (Dice 1945); undefined when none shares half of them.
 */
export function sourceLine({ code, compiled }: Run, line: number): number | undefined {
  const lines = compiled?.split('\n') ?? [];
  const wanted = tokens(lines[line - 1] ?? '');
  const candidates = code.split('\n').map((text, index) => ({
    line: index + 1,
    score: similarity(wanted, tokens(text)),
    distance: Math.abs(index / code.split('\n').length - line / lines.length),
  }));
  const [best] = candidates.sort((a, b) => b.score - a.score || a.distance - b.distance);
  return best && best.score >= 0.5 ? best.line : undefined;
}

function tokens(text: string): string[] {
  return text.match(/[\w$]+|[^\s\w$;]/g)?.filter((token) => token !== 'exports') ?? [];
}

/** Shared tokens over mean count, repeated ones counted as often as both have them. */
function similarity(a: string[], b: string[]): number {
  const left = [...b];
  const shared = a.filter((token) => {
    const index = left.indexOf(token);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
  return a.length + b.length === 0 ? 0 : (2 * shared.length) / (a.length + b.length);
}
