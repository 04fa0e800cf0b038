/** What was measured of a net after so many steps. */
export interface Measured {
  steps: number;
  values: readonly number[];
}

/** Measurements of a net while it is trained. They are saved with the run. */
export interface Watch {
  /** So many steps pass from one measurement to the next; the first comes before the first step. */
  every: number;
  /** Measures the net as it is, and leaves it as it is: its statistics and counts of draws too. */
  measure: () => readonly number[] | Promise<readonly number[]>;
  /** Told of each measurement; after a resumption first of those made before it. */
  onMeasured: (row: Measured) => void;
}

/** Measures when it is due, and keeps the rows. */
export class Watcher {
  /** @param rows what was measured earlier */
  constructor(
    private readonly watch: Watch | undefined,
    readonly rows: Measured[] = [],
  ) {
    if (watch && !(Number.isInteger(watch.every) && watch.every > 0)) {
      throw new RangeError(
        `watch.every is a whole number of steps, at least 1, not ${watch.every}.`,
      );
    }
    for (const row of rows) watch?.onMeasured(row);
  }

  /** How many steps may be taken after so many before the next measurement. */
  stepsUntilDue(steps: number): number {
    return this.watch ? this.watch.every - (steps % this.watch.every) : Infinity;
  }

  /** Measures if it is due after so many steps. */
  async look(steps: number): Promise<void> {
    const { watch, rows } = this;
    if (!watch || steps % watch.every !== 0) return;
    const row = { steps, values: await watch.measure() };
    rows.push(row);
    watch.onMeasured(row);
  }
}
