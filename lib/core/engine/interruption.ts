/** So long work goes on, in ms, before it lets the event loop hear of an interrupt. */
const turn = 250;

let interrupts = 0;

/** Raised by work that was interrupted. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Ends what is being computed, training, sweeps and probes, at its next step. */
export function interrupt(): void {
  interrupts++;
}

/**
 * What to ask between the steps of long work: whether an interrupt came since this was made. It lets the event loop
 * turn now and then, without which no interrupt is heard of.
 */
export function interruption(): () => Promise<boolean> {
  const before = interrupts;
  let last = performance.now();
  return async () => {
    if (performance.now() - last > turn) {
      await new Promise((resolve) => setTimeout(resolve));
      last = performance.now();
    }
    return interrupts !== before;
  };
}

/** {@link interruption} for work that has nothing to save: it throws. */
export function interruptible(): () => Promise<void> {
  const isInterrupted = interruption();
  return async () => {
    if (await isInterrupted()) throw new InterruptedError('Interrupted.');
  };
}
