/** So long a call may take, in ms, that progress is seen to move and an interrupt is soon noticed. */
const longest = 250;

/** How many steps to take in one call: one at first, then as many as take a quarter of a second. */
export class Pace {
  /** The steps of the next call. */
  steps = 1;

  /** @param most how many steps a call may have */
  constructor(private readonly most: number) {}

  /** Makes a call of so many steps, and learns from how long it took. */
  async of<T>(call: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await call();
    const steps = (this.steps * longest) / (performance.now() - start);
    this.steps = Math.max(1, Math.min(this.most, 2 * this.steps, Math.floor(steps)));
    return result;
  }
}
