import { readOutcomes } from './outcomes.mjs';
import { link, table } from './resultsTable.mjs';

/** @typedef {import('./results.mjs').ClaimRow} ClaimRow */

/** What stands in a cell where a claim was not made at that scale. */
const none = '–';

/**
 * RESULTS.md's table of the claims under `quick` beside what they came to under `desk`, those first
 * that it decided otherwise.
 */
export function scalesTable(outcomes = readOutcomes()) {
  const { quick = {}, desk = {} } = outcomes;
  const pairs = Object.entries(desk).flatMap(([name, { rows }]) =>
    rows.flatMap((row) => {
      const small = quick[name]?.rows.find(({ id }) => id === row.id);
      return small ? [{ name, small, large: row, change: changeOf(small, row) }] : [];
    }),
  );
  if (pairs.length === 0) return 'Nothing has been run under both profiles.';
  const order = Object.keys(changes);
  const sorted = [...pairs].sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change));
  const head =
    'notebook | claim | quick | verdict | desk | control | data | verdict | the larger scale';
  const lines = sorted.map(({ name, small, large, change }) =>
    [
      ...[link(name), large.claim, small.ours, small.verdict],
      ...[large.ours, large.control, large.data, large.verdict, change],
    ]
      .map((entry) => entry ?? none)
      .join(' | '),
  );
  const counts = order.map((change) => {
    const { length } = pairs.filter((pair) => pair.change === change);
    return changes[/** @type {keyof typeof changes} */ (change)].replace('#', String(length));
  });
  return [
    `Of ${pairs.length} claims the larger scale ${counts.join(', ')}.`,
    '',
    table([head, ...lines]),
  ].join('\n');
}

/** What a larger scale does to a claim, and how that is counted. */
const changes = {
  'turned it round': 'turned round #',
  'proved it': 'proved #',
  'refuted it': 'refuted #',
  'left it open': 'left # open that had been decided',
  'so does the control': 'found # to hold for the control too, which had not',
  'and not the control': 'found # to hold no longer for the control',
  'as before': 'left # as they were',
};

/** @returns {keyof typeof changes} */
function changeOf(/** @type {ClaimRow} */ small, /** @type {ClaimRow} */ large) {
  const read = (/** @type {ClaimRow} */ { verdict = '' }) => ({
    open: verdict.includes('undecided'),
    holds: verdict.includes('holds'),
    control: verdict.includes('as does the control'),
  });
  const [before, after] = [read(small), read(large)];
  if (before.open && after.open) return 'as before';
  if (before.open) return after.holds ? 'proved it' : 'refuted it';
  if (after.open) return 'left it open';
  if (before.holds !== after.holds) return 'turned it round';
  if (before.control === after.control) return 'as before';
  return after.control ? 'so does the control' : 'and not the control';
}
