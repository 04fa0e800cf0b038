import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { claim, claims, closingTable, reportSetup, type Claim } from '../../lib/notebook';
import { fakeKernel } from './fakeKernel';

beforeEach(() => void vi.stubEnv('PROFILE', 'quick'));
afterEach(() => vi.unstubAllEnvs());

const carried: Claim = {
  id: 'carried',
  statement: 'Most units are carried.',
  quantity: 'mean gate',
  expect: { below: 0.5 },
  values: [0.12, 0.13, 0.14],
  control: { name: 'open gates', values: [0.6, 0.65, 0.7] },
};
const wide = { ...carried, values: [0.1, 0.4, 0.6] };

test('a claim is one output: the record for machines, a table for readers, plain text', () => {
  const messages = fakeKernel();
  const record = claim(carried);
  expect(messages).toHaveLength(1);
  const { data } = messages[0]!;
  expect(data['application/vnd.unrolled.claim+json']).toEqual(record);
  expect(record).toMatchObject({
    id: 'carried',
    statement: 'Most units are carried.',
    expected: 'mean gate below 0.5',
    measured: { n: 3 },
    verdict: 'holds',
    passed: true,
    control: { name: 'open gates', verdict: 'fails' },
  });
  for (const face of ['text/markdown', 'text/plain']) {
    for (const part of [
      'carried: Most units are carried.',
      'mean gate below 0.5',
      '0.130 [0.105, 0.155], n = 3',
      'control: open gates',
      '0.65 [0.53, 0.77], n = 3; does not meet the expectation',
      '✓ holds',
    ]) {
      expect(data[face]).toContain(part);
    }
  }
});

test('a claim whose interval holds the threshold is undecided and does not pass, without a throw', () => {
  fakeKernel();
  expect(claim(wide)).toMatchObject({ verdict: 'undecided', passed: false, rule: 'interval' });
});

test('under smoke the same claim passes by its direction, and says that this is the rule', () => {
  vi.stubEnv('PROFILE', 'smoke');
  const messages = fakeKernel();
  expect(claim(wide)).toMatchObject({ verdict: 'undecided', passed: true, rule: 'direction' });
  expect(messages[0]!.data['text/plain']).toContain('? undecided, direction as claimed');
  expect(claim({ ...wide, expect: { above: 0.5 } }).passed).toBe(false);
});

test('a claim is asserted under every profile unless it says from which on', () => {
  fakeKernel();
  const assertedUnder = (asserted: Claim['asserted']) =>
    ['smoke', 'quick', 'paper'].filter((name) => {
      vi.stubEnv('PROFILE', name);
      return claim({ ...carried, asserted }).asserted;
    });
  expect(assertedUnder(undefined)).toEqual(['smoke', 'quick', 'paper']);
  expect(assertedUnder('smoke')).toEqual(['smoke', 'quick', 'paper']);
  expect(assertedUnder('quick')).toEqual(['quick', 'paper']);
  expect(assertedUnder('paper')).toEqual(['paper']);
});

test('an asserted claim that fails does not pass, and says nothing of not being asserted', () => {
  for (const asserted of [undefined, 'smoke', 'quick'] as const) {
    const messages = fakeKernel();
    const record = claim({ ...carried, expect: { above: 0.5 }, asserted });
    expect(record).toMatchObject({ verdict: 'fails', passed: false, asserted: true });
    expect(messages[0]!.data['text/plain']).not.toContain('not asserted');
  }
});

test('a claim that is not asserted is judged and shown like any other, and marked', () => {
  const messages = fakeKernel();
  const rule = { verdict: 'fails', passed: false, rule: 'interval' };
  const record = claim({ ...carried, expect: { above: 0.5 }, asserted: 'paper' });
  expect(record).toMatchObject({ ...rule, measured: { n: 3 }, asserted: false });
  closingTable([]);
  expect(messages).toHaveLength(2);
  for (const { data } of messages) {
    expect(data['text/markdown']).toContain('✗ fails (not asserted under quick) |');
    expect(data['text/plain']).toContain('✗ fails (not asserted under quick)');
  }
  vi.stubEnv('PROFILE', 'smoke');
  claim({ ...wide, asserted: 'quick' });
  expect(messages[2]!.data['text/plain']).toContain(
    '? undecided, direction as claimed (not asserted under smoke)',
  );
});

test('a claim whose control meets the expectation too is shown as no evidence, and fails no run', () => {
  const messages = fakeKernel();
  const control = { name: 'untrained', values: [0.11, 0.12, 0.13] };
  const record = claim({ ...carried, control });
  expect(record).toMatchObject({ verdict: 'holds, as does the control', passed: true });
  closingTable([]);
  for (const { data } of messages) {
    expect(data['text/markdown']).toContain('= holds, as does the control: no evidence |');
    expect(data['text/plain']).toContain('= holds, as does the control: no evidence');
  }
  expect(messages[0]!.data['text/plain']).toContain(
    'control: untrained: 0.120 [0.095, 0.145], n = 3; meets the expectation too',
  );
});

test('a claim about training is judged by what is left of it less its control, seed by seed', () => {
  const messages = fakeKernel();
  const paired: Claim = { ...carried, expect: { below: 'control' } };
  const control = { name: 'untrained', values: [0.13, 0.15, 0.17] };
  const record = claim({ ...paired, control });
  expect(record).toMatchObject({
    expected: 'mean gate below that of the control',
    verdict: 'undecided',
  });
  expect(record.difference!.mean).toBeCloseTo(-0.02, 12);
  expect(record.control).not.toHaveProperty('verdict');
  expect(messages[0]!.data['text/plain']).toContain(
    'measured: 0.130 [0.105, 0.155], n = 3; less the control, by seed: -0.020 [-0.045, 0.005], n = 3',
  );
  const clear = claim({ ...paired, control: { name: 'untrained', values: [0.22, 0.23, 0.25] } });
  expect(clear).toMatchObject({ verdict: 'holds', passed: true });
  expect(clear.p).toBeLessThan(0.05);
  expect(claim({ ...paired, expect: { above: 'control' }, control })).toMatchObject({ p: 1 });
});

test('a claim may expect the mean between two thresholds, and says so', () => {
  fakeKernel();
  const record = claim({ ...carried, unit: 'errors', expect: { between: [0, 0.5] } });
  expect(record).toMatchObject({
    expected: 'mean gate between 0 and 0.5 errors',
    verdict: 'holds',
  });
  expect(record.thresholds).toEqual([0, 0.5]);
});

test('values are not paired with fewer or more of the control', () => {
  const control = { name: 'untrained', values: [0.1, 0.2] };
  expect(() => claim({ ...carried, expect: { below: 'control' }, control })).toThrow(
    'Claim "carried" pairs 3 values with 2 of its control.',
  );
});

test('a share on its bound is shown by its points and keeps a p-value', () => {
  const messages = fakeKernel();
  const values = [100, 100, 98];
  const record = claim({
    ...carried,
    unit: '%',
    expect: { above: 50 },
    within: [0, 100],
    values,
    control: { name: 'plain', values: [1, 2, 3] },
  });
  expect(record).toMatchObject({ verdict: 'holds', measured: { points: values, high: 100 } });
  expect(record.p).toBeLessThan(0.001);
  expect(messages[0]!.data['text/plain']).toContain('99.3 {100.0, 100.0, 98.0} %, n = 3');
});

test('a measure that was chosen after seeing data is shown as such', () => {
  const messages = fakeKernel();
  expect(claim({ ...carried, chosenAfter: true }).chosenAfter).toBe(true);
  expect(messages[0]!.data['text/markdown']).toContain('| measure chosen | after seeing');
  claim(carried);
  expect(messages[1]!.data['text/markdown']).not.toContain('measure chosen');
});

test('a claim knows the data set it was measured on: the one reported, or its own', () => {
  fakeKernel();
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const set = { name: 'digits', source: '', checksum: '', train: { size: 1 }, test: { size: 1 } };
  reportSetup({ backend: { summary: '' }, dataset: set, seeds: [1] });
  expect(claim(carried).data).toBe('digits');
  expect(claim({ ...carried, data: { name: 'pictures' } }).data).toBe('pictures');
  vi.restoreAllMocks();
});

test('a value that is not a number is an error that names claim and place', () => {
  expect(() => claim({ ...carried, values: [0.1, NaN] })).toThrow(
    'Claim "carried", values: Value 1 of 2',
  );
  expect(() => claim({ ...carried, control: { name: 'open gates', values: [] } })).toThrow(
    'Claim "carried", control "open gates": There is nothing to summarise',
  );
});

test('a bar in a claim’s words does not break the table', () => {
  const messages = fakeKernel();
  claim({ ...carried, quantity: 'mean |T|' });
  expect(messages[0]!.data['text/markdown']).toContain('| expected | mean \\|T\\| below 0.5 |');
});

test('a claim made again counts once, with its last outcome', () => {
  fakeKernel();
  claim(wide);
  claim(carried);
  const records = claims().filter(({ id }) => id === 'carried');
  expect(records).toHaveLength(1);
  expect(records[0]!.verdict).toBe('holds');
});

test('the closing table has a row for each claim, also one it was not told about', () => {
  claim(carried);
  claim({ ...carried, id: 'extra', statement: 'From an exercise.' });
  const messages = fakeKernel();
  closingTable([{ claim: 'carried', paper: 'most gates near 0 (Fig. 2)' }]);
  const rows = (messages[0]!.data['text/markdown'] as string).split('\n').slice(2);
  expect(rows).toEqual([
    '| Most units are carried. | most gates near 0 (Fig. 2) | mean gate below 0.5 | 0.130 [0.105, 0.155], n = 3 | open gates: 0.65 [0.53, 0.77], n = 3 | ✓ holds |',
    '| From an exercise. | – | mean gate below 0.5 | 0.130 [0.105, 0.155], n = 3 | open gates: 0.65 [0.53, 0.77], n = 3 | ✓ holds |',
  ]);
});

test('a row for a claim that was not made is an error that lists those made', () => {
  claim(carried);
  expect(() => closingTable([{ claim: 'caried', paper: '' }])).toThrow(
    /"caried", but the claims made so far are: carried/,
  );
});

test('a claim on files that are not the published ones has the mark of that in its record', () => {
  fakeKernel();
  const pictures = { name: 'pictures', verified: false };
  expect(claim({ ...carried, data: pictures }).data).toBe('pictures (unverified)');
  const split = { size: 1 };
  const dataset = { ...pictures, source: 'a folder', checksum: 'abc', train: split, test: split };
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  reportSetup({ backend: { summary: 'backend: none' }, dataset, seeds: [1] });
  write.mockRestore();
  expect(claim(carried).data).toBe('pictures (unverified)');
});
