import { expect, test } from 'vitest';
import { parsePatternList } from '../../../src/invites/pattern.ts';
import { type ListedInvite, selectInvites } from '../../../src/invites/select.ts';
import { hoursFromStart, invite, START_MS } from '../../run.ts';

const NAMES = parsePatternList(['Acme*', '!Acme Test*'], false);
const OTHER = { organization_name: 'Globex' };
const EXCLUDED = { organization_name: 'Acme Test' };
const NONE = { selected: [], ignored: [], expiringSoon: [], alreadyDone: [] };

/** The numbers of the invites, sorted by a policy that allows those of Acme but for a test account. */
function select(...listed: readonly ListedInvite[]) {
  if ('kind' in NAMES) expect.fail(NAMES.kind);
  const selection = selectInvites(listed, { 'organization-name': NAMES }, 'accepted', START_MS);
  const numbersOf = (invites: readonly ListedInvite[]) => invites.map(({ id }) => Number.parseInt(id, 16));
  const { ignored, ...others } = selection;
  const lists = { ...others, ignored: ignored.map(({ invite }) => invite) };
  return Object.fromEntries(Object.entries(lists).map(([name, invites]) => [name, numbersOf(invites)]));
}

test('selected and ignored invites keep the order of the list', () => {
  const selection = select(invite(3), invite(1, OTHER), invite(2), invite(5, OTHER));
  expect(selection).toEqual({ ...NONE, selected: [3, 2], ignored: [1, 5] });
});

test.each(['accepted', 'rejected', 'expired', 'Pending', 'revoked'])(
  'an invite with the status %s is neither selected nor ignored',
  (status) => {
    const selection = select(invite(1, { status }), invite(2, { ...OTHER, status }));
    expect(selection).toEqual({ ...NONE, alreadyDone: status === 'accepted' ? [1] : [] });
  },
);

test.each([
  ['in the past', hoursFromStart(-1), []],
  ['in the past, without a zone', '2026-11-23T08:59:59', []],
  ['in the future, without a zone', '2026-11-23 09:00:01', [1]],
  ['now', hoursFromStart(0), []],
  ['a millisecond later', new Date(START_MS + 1).toISOString(), [1]],
  ['in the past of another time zone', '2026-11-23T09:30:00+01:00', []],
  ['in the future of another time zone', '2026-11-23T08:30:00-01:00', [1]],
  ['at a time that is not a date', 'soon', [1]],
])('a pending invite that expires %s is selected or left out', (_title, expires_on, selected) => {
  const selection = select(invite(1, { expires_on }), invite(2, { ...OTHER, expires_on: hoursFromStart(-1) }));
  expect(selection).toEqual({ ...NONE, selected, ignored: selected.length > 0 ? [2] : [1, 2] });
});

test('a date of a million characters is read in a short time', { timeout: 5_000 }, () => {
  expect(select(invite(1, { expires_on: ':00'.repeat(330_000) }))).toEqual({ ...NONE, selected: [1] });
});

test('a date of more than 200 characters is not read', () => {
  const dateOf = (length: number): string => `Mon, 23 Nov 2026 08:00:00 (${'x'.repeat(length - 32)}) GMT`;
  expect(select(invite(1, { expires_on: dateOf(200) }))).toMatchObject({ selected: [], ignored: [1] });
  expect(select(invite(1, { expires_on: dateOf(201) }))).toMatchObject({ selected: [1], ignored: [] });
});

test('an invite without a date is a candidate that does not expire soon', () => {
  const { expires_on: _, ...undated } = invite(1);
  expect(select(undated)).toEqual({ ...NONE, selected: [1] });
  const selection = select({ ...undated, ...OTHER }, invite(2, { ...OTHER, expires_on: 'soon' }));
  expect(selection).toEqual({ ...NONE, ignored: [1, 2] });
});

test('an invite expires soon within 24 hours, unless a filter selects or excludes it', () => {
  const soon = { expires_on: hoursFromStart(24) };
  const later = { expires_on: new Date(START_MS + 24 * 3_600_000 + 1).toISOString() };
  const selection = select(
    invite(1, soon),
    invite(2, { ...OTHER, ...soon }),
    invite(3, { ...OTHER, ...later }),
    invite(4, { ...EXCLUDED, ...soon }),
  );
  expect(selection).toEqual({ ...NONE, selected: [1], ignored: [2, 3, 4], expiringSoon: [2] });
});

test('an invite is done only if it matches and has not expired', () => {
  const accepted = { status: 'accepted' };
  const selection = select(
    invite(1, accepted),
    invite(4, { ...accepted, expires_on: hoursFromStart(-9) }),
    invite(2, { ...accepted, ...OTHER }),
    invite(3, { ...accepted, ...EXCLUDED }),
  );
  expect(selection).toEqual({ ...NONE, alreadyDone: [1] });
});
