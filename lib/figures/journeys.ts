import { approach } from 'unrolled-core';
import type { Figure } from './figure';
import { multiples } from './multiples';
import type { Band, LineSeries } from './series';

/** One net of {@link classJourney}. */
export interface ClassPanel {
  title: string;
  /** `probabilities[k][c]`: that of class c after block k, block 0 being the stem. */
  probabilities: readonly ArrayLike<number>[];
}

/** What {@link classJourney} draws. */
export interface ClassJourneySpec {
  title: string;
  /** The net trained, untrained, plain. */
  panels: readonly ClassPanel[];
  classes: readonly string[];
  /** The index of the true class. */
  truth: number;
}

/**
 * One sample on its way through nets: the probability of each class if the head read the state after
 * each block. The true class and the strongest other one have colours, the rest is grey.
 */
export function classJourney({ title, panels, classes, truth }: ClassJourneySpec): Figure {
  const figure = multiples({
    title,
    x: 'after block',
    y: 'probability',
    within: [0, 1],
    range: [0, 1],
    panels: panels.map((panel) => ({
      title: panel.title,
      series: classLines(panel.probabilities, classes, truth),
    })),
  });
  const grey = `Grey lines are the other classes: ${classes.length} in all.`;
  return { ...figure, note: `One sample, a “${classes[truth]}”. ${grey}` };
}

function classLines(
  probabilities: readonly ArrayLike<number>[],
  classes: readonly string[],
  truth: number,
): LineSeries[] {
  const highest = (c: number) => Math.max(...probabilities.map((row) => row[c]!));
  const others = classes.map((_, c) => c).filter((c) => c !== truth);
  const rival = others.reduce((best, c) => (highest(c) > highest(best) ? c : best), others[0]!);
  const x = probabilities.map((_, k) => k);
  const line = (name: string, c: number, faint = false) => ({
    name,
    x,
    y: probabilities.map((row) => exact(row[c]!)),
    faint,
  });
  return [
    ...others.filter((c) => c !== rival).map((c) => line(classes[c]!, c, true)),
    line(`true class: ${classes[truth]}`, truth),
    line('strongest other class', rival),
  ];
}

/** What {@link stateJourney} draws. */
export interface StateJourneySpec {
  title: string;
  /** The net trained, untrained, plain; in each the states of some samples, the stem's first. */
  panels: readonly {
    title: string;
    paths: readonly { name: string; states: readonly ArrayLike<number>[] }[];
  }[];
}

/**
 * States of a stage in two dimensions, moving to its end: how far along the line from the first state
 * to the last, and how far off it ({@link approach}). Every path starts at 0 and ends at 1.
 */
export function stateJourney({ title, panels }: StateJourneySpec): Figure {
  const figure = multiples({
    title,
    x: 'share of the way to the end',
    y: 'distance from the straight way',
    sameX: true,
    panels: panels.map((panel) => ({
      title: panel.title,
      series: panel.paths.map(({ name, states }) => {
        const places = approach(states);
        const x = places.map(({ along }) => along);
        return { name, x, y: places.map(({ off }) => exact(off)) };
      }),
    })),
  });
  for (const trace of figure.data) {
    trace['mode'] = 'lines+markers';
    trace['marker'] = { ...(trace['marker'] as object | undefined), size: 6 };
  }
  return {
    ...figure,
    note: 'A marker is the state after a block. All paths start at 0 and end at 1, on the line; both axes are in lengths of that way.',
  };
}

function exact(value: number): Band {
  return { mean: value, low: value, high: value, n: 1 };
}
