import {
  judge,
  passes,
  pValue,
  sides,
  summarise,
  type Expectation,
  type Rule,
} from 'unrolled-core';
import type { Claim, Judged, PairedExpectation } from './claim';

/** Judges the values of a claim, or their differences from its control. */
export function judged(claim: Claim, rule: Rule): Judged {
  const { id, unit, expect, values, control, within } = claim;
  const paired = isPaired(expect);
  const expectation: Expectation = !paired
    ? expect
    : 'above' in expect
      ? { above: 0 }
      : { below: 0 };

  const measured = named(id, 'values', () => summarise(values, within));
  const beside = named(id, `control "${control.name}"`, () => summarise(control.values, within));
  const sample = paired ? differences(claim) : values;
  const decisive = paired ? summarise(sample) : measured;
  return {
    expected: inWords(claim),
    thresholds: sides(expectation).map(({ threshold }) => threshold),
    measured: unit ? { ...measured, unit } : measured,
    control: {
      name: control.name,
      measured: beside,
      ...(paired ? {} : { verdict: judge(beside, expectation) }),
    },
    ...(paired ? { difference: decisive } : {}),
    verdict: judge(decisive, expectation, paired ? undefined : beside),
    p: named(id, 'values', () => pValue(sample, expectation, paired ? undefined : within)),
    passed: passes(decisive, expectation, rule),
  };
}

function isPaired(expect: Claim['expect']): expect is PairedExpectation {
  return Object.values(expect).includes('control');
}

/** What is expected, in words. */
function inWords({ quantity, unit, expect }: Claim): string {
  if (isPaired(expect)) return `${quantity} ${Object.keys(expect)[0]} that of the control`;
  const side =
    'between' in expect
      ? `between ${expect.between.join(' and ')}`
      : 'above' in expect
        ? `above ${expect.above}`
        : `below ${expect.below}`;
  return `${quantity} ${side}${unit ? ` ${unit}` : ''}`;
}

function differences({ id, values, control }: Claim): number[] {
  if (values.length !== control.values.length) {
    throw new RangeError(
      `Claim "${id}" pairs ${values.length} values with ${control.values.length} of its control.`,
    );
  }
  return Array.from(values, (value, i) => value - control.values[i]!);
}

function named<T>(id: string, what: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    throw new RangeError(`Claim "${id}", ${what}: ${(error as Error).message}`);
  }
}
