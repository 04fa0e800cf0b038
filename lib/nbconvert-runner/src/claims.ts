import type { Output } from './notebook';

/** The MIME type under which a notebook displays the outcome of a claim. */
export const claimType = 'application/vnd.unrolled.claim+json';

/** The outcome of a claim, as the notebook displayed it. */
export interface ClaimRecord {
  /** The name by which `metadata.unrolled.claims` lists it. */
  id: string;
  statement: string;
  expected: string;
  measured: {
    mean: number;
    low: number | null;
    high: number | null;
    n: number;
    unit?: string;
  };
  /** What the same measure gives where the claim has no reason to hold. */
  control?: { name: string };
  verdict: 'holds' | 'holds, as does the control' | 'fails' | 'undecided';
  passed: boolean;
  /** False where the claim is shown only and may fail; without it, it may not. */
  asserted?: boolean;
}

/** The claims among the outputs of a cell. */
export function claimsOf(outputs: readonly Output[]): ClaimRecord[] {
  return outputs.flatMap(({ data }) => {
    const record = data?.[claimType];
    return record === undefined ? [] : [record as ClaimRecord];
  });
}

/** Whether a claim holds that says nothing which is not true of its control. */
export function noEvidence({ verdict }: ClaimRecord): boolean {
  return verdict === 'holds, as does the control';
}

/** What was expected and measured, in a line. */
export function summary({ expected, measured, verdict }: ClaimRecord): string {
  const { mean, low, high, n, unit } = measured ?? {};
  const interval = low == null || high == null ? '' : ` [${digits(low)}, ${digits(high)}]`;
  const value = `${digits(mean)}${interval}${unit ? ` ${unit}` : ''}, n = ${n}`;
  return `expected ${expected}; measured ${value}; verdict: ${verdict}`;
}

function digits(value: number): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}
