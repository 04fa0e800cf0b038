/** How the learning rate changes over a run; plain data, so that a run can be told by it. */
export type Schedule =
  | { kind: 'constant'; rate: number }
  /** rate decay^(step / steps): the last step is taken at about `rate * decay`. */
  | { kind: 'exponential'; rate: number; decay: number }
  /** The rate is multiplied by `factor` from each of the steps `at` on, counted from 0. */
  | { kind: 'drops'; rate: number; factor: number; at: readonly number[] };

/** The learning rate of `step` (from 0) in a run of `steps`. */
export function rateAt(schedule: Schedule, step: number, steps: number): number {
  const { rate } = schedule;
  switch (schedule.kind) {
    case 'constant':
      return rate;
    case 'exponential':
      return rate * schedule.decay ** (step / steps);
    case 'drops':
      return rate * schedule.factor ** schedule.at.filter((at) => step >= at).length;
  }
}
