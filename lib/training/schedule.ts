/**
 * How the learning rate changes over a run; plain data, so that a run can be told by it. It counts in
 * steps, in an {@link EpochRecipe} in epochs.
 */
export type Schedule =
  | { kind: 'constant'; rate: number }
  /** rate decay^(step / steps): the last step is taken at about `rate * decay`. */
  | { kind: 'exponential'; rate: number; decay: number }
  /** The rate is multiplied by `factor` from each of the steps `at` on, counted from 0. */
  | { kind: 'drops'; rate: number; factor: number; at: readonly number[] }
  /** Each rate from its step on, counted from 0 and in order, the first from 0. */
  | { kind: 'piecewise'; rates: readonly { from: number; rate: number }[] };

/**
 * The learning rate of `step` (from 0) in a run of `steps`.
 * @throws RangeError when a piecewise schedule has no rate for the step.
 */
export function rateAt(schedule: Schedule, step: number, steps: number): number {
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate;
    case 'exponential':
      return schedule.rate * schedule.decay ** (step / steps);
    case 'drops':
      return schedule.rate * schedule.factor ** schedule.at.filter((at) => step >= at).length;
    case 'piecewise': {
      const current = schedule.rates.filter(({ from }) => step >= from).at(-1);
      if (!current) throw new RangeError(`The schedule has no rate for step ${step}.`);
      return current.rate;
    }
  }
}

/** A schedule whose every epoch is `steps` steps long. */
export function stretched(schedule: Schedule, steps: number): Schedule {
  switch (schedule.kind) {
    case 'drops':
      return { ...schedule, at: schedule.at.map((epoch) => epoch * steps) };
    case 'piecewise': {
      const rates = schedule.rates.map(({ from, rate }) => ({ from: from * steps, rate }));
      return { ...schedule, rates };
    }
    default:
      return schedule;
  }
}
