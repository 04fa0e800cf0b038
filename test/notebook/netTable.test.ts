import { expect, test } from 'vitest';
import { Stream } from '../../lib/core/engine';
import { highwayNet, plainNet } from '../../lib/core/networks';
import { netTable } from '../../lib/notebook';
import { fakeKernel } from './fakeKernel';

test('the table of nets counts what training changes, by hand', () => {
  const messages = fakeKernel();
  const common = { inputs: [4], classes: 3, depth: 5 };
  const stream = Stream.of(1);
  netTable({
    'highway | narrow': highwayNet({ ...common, width: 10, transformBias: -2, stream }),
    plain: plainNet({ ...common, width: 10, stream }),
  });
  // stem 4 * 10 + 10, head 10 * 3 + 3, four blocks of 10 * 10 + 10, twice that with gates
  expect((messages[0]!.data['text/markdown'] as string).split('\n').slice(2)).toEqual([
    '| highway \\| narrow | HighwayDense | 1 | 4 | 963 |',
    '| plain | PlainDense | 1 | 4 | 523 |',
  ]);
});
