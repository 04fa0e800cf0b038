import { judge, passes, pValue, summarise, type Rule } from 'unrolled-core';
import type { Claim, Judged } from './claim';

/** Judges the values of a claim, or their differences from its control. */
export function judged(claim: Claim, rule: Rule): Judged {
  const { id, quantity, unit, expect, values, control, within } = claim;
  const [side, level] = 'above' in expect ? ['above', expect.above] : ['below', expect.below];
  const paired = level === 'control';
  const threshold = paired ? 0 : level;
  const expectation = side === 'above' ? { above: threshold } : { below: threshold };

  const measured = named(id, 'values', () => summarise(values, within));
  const beside = named(id, `control "${control.name}"`, () => summarise(control.values, within));
  const sample = paired ? differences(claim) : values;
  const decisive = paired ? summarise(sample) : measured;
  return {
    expected: `${quantity} ${side} ${paired ? 'that of the control' : unit ? `${level} ${unit}` : level}`,
    threshold,
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
