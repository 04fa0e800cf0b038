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
 * @throws RangeError when the schedule is none, or a piecewise one has no rate for the step.
 */
export function rateAt(schedule: Schedule, step: number, steps: number): number {
  checkSchedule(schedule);
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

/**
 * @throws RangeError when the kind is unknown, a rate or a factor of it is no positive number, or the
 *   places where it changes are negative or out of order; the message has the name and the value.
 */
export function checkSchedule(schedule: Schedule): void {
  const { kind } = schedule;
  switch (kind) {
    case 'constant':
      return positive('rate', schedule.rate);
    case 'exponential':
      positive('rate', schedule.rate);
      return positive('decay', schedule.decay);
    case 'drops':
      positive('rate', schedule.rate);
      positive('factor', schedule.factor);
      return ordered('at', schedule.at);
    case 'piecewise':
      schedule.rates.forEach(({ rate }, i) => positive(`rates[${i}].rate`, rate));
      return ordered(
        'rates[].from',
        schedule.rates.map(({ from }) => from),
      );
    default:
      throw new RangeError(
        `schedule.kind is one of constant, exponential, drops, piecewise, not "${String(kind)}".`,
      );
  }
}

function positive(name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new RangeError(`schedule.${name} is a positive number, not ${value}.`);
}

function ordered(name: string, places: readonly number[]): void {
  const previous = (i: number) => places[i - 1] ?? 0;
  if (places.every((place, i) => Number.isFinite(place) && place >= previous(i))) return;
  throw new RangeError(
    `schedule.${name} are numbers from 0 on, each at least the one before, not ${places.join(', ')}.`,
  );
}
