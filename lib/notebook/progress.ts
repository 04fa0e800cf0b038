import { randomUUID } from 'node:crypto';
import { display, flush, kernelDisplay } from './kernel';

/** A line under the cell that says how far a long run is. */
export interface Progress {
  /** Counts `by` more done. `await` it: the screen changes only between turns of the event loop. */
  advance(by?: number): Promise<void>;
  /** Replaces the line by its last state; without timings, so that a re-run gives the same. */
  done(text: string): void;
}

const milliseconds = 250;
const cells = 20;

/**
 * Starts a progress line, updated in place at most four times a second, with the time elapsed and
 * left. When `total` is reached it changes to `label: total of total`, and {@link Progress.done} says
 * it in better words. Outside a tslab kernel only the words of `done` are printed.
 *
 * @throws RangeError when `total` is not a positive number.
 */
export function progress(label: string, total: number): Progress {
  if (!(total > 0)) throw new RangeError(`"${label}" needs a positive total, not ${total}.`);
  const write = kernelDisplay();
  const id = randomUUID();
  const start = performance.now();
  const put = (text: string, update = true) => write?.({ 'text/plain': text }, id, update);
  let count = 0;
  let shown = start;
  put(line(label, 0, total, 0), false);
  return {
    async advance(by = 1) {
      const finished = count + by >= total && count < total;
      count += by;
      const now = performance.now();
      if (!finished && (count >= total || now - shown < milliseconds)) return;
      shown = now;
      put(finished ? `${label}: ${total} of ${total}` : line(label, count, total, now - start));
      await flush();
    },
    done(text) {
      count = total;
      if (write) put(text);
      else display()({ 'text/plain': text });
    },
  };
}

function line(label: string, count: number, total: number, elapsed: number): string {
  const filled = Math.round((cells * count) / total);
  const bar = '█'.repeat(filled) + '░'.repeat(cells - filled);
  const times =
    count > 0
      ? ` · ${clock(elapsed)}, about ${clock((elapsed * (total - count)) / count)} left`
      : '';
  return `${label} ${bar} ${count} of ${total}${times}`;
}

function clock(elapsed: number): string {
  const seconds = Math.round(elapsed / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
