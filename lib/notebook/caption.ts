import type { Drawing, Figure } from '../figures';

const numbers = new Map<string, number>();

/**
 * The caption of a figure: `Figure 3: Training loss. Lines are means over 5 seeds, bands their 95 %
 * intervals.` Figures are counted as they are shown; one shown again keeps its number, so that a cell run
 * again does not move the others.
 */
export function caption(figure: Figure | Drawing, alt: string, words: string): string {
  const drawn = 'svg' in figure;
  const title = drawn ? figure.title : (figure.layout['title'] as { text: string }).text;
  const key = `${title}\n${alt}`;
  const number = numbers.get(key) ?? numbers.size + 1;
  numbers.set(key, number);
  const note = drawn ? undefined : figure.note;
  const sentence = /[.?!]$/.test(title) ? title : `${title}.`;
  return [`Figure ${number}: ${sentence}`, words.trim(), note].filter(Boolean).join(' ');
}
