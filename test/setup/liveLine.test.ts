import { expect, it } from 'vitest';
import { liveLine } from '../../lib/setup/liveLine.mjs';

const at = (seconds: number) => ({ cell: 3, cells: 40, seconds, shows: 'training 1 of 9' });

function said(isTTY: boolean): { out: NodeJS.WriteStream; text: () => string } {
  const parts: string[] = [];
  const write = (part: string) => parts.push(part);
  const out = { isTTY, columns: 30, write } as unknown as NodeJS.WriteStream;
  return { out, text: () => parts.join('') };
}

it('a long run without a terminal says where it is every five minutes, not several times a second', () => {
  const { out, text } = said(false);
  const live = liveLine(out);
  for (let seconds = 0; seconds < 900; seconds += 0.25) live.update(at(seconds));
  live.end();
  expect(text()).toBe(
    '  cell 3 of 40, 5 min  training 1 of 9\n  cell 3 of 40, 10 min  training 1 of 9\n',
  );
});

it('on a terminal the line changes in place, is no longer than that is wide, and goes at the end', () => {
  const { out, text } = said(true);
  const live = liveLine(out);
  live.update(at(61));
  live.end();
  expect(text()).toBe('\r\x1b[K  cell 3 of 40, 1 min  traini\r\x1b[K');
});
