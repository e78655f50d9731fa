import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Invite } from '../../../src/cloudflare/invite.ts';
import { parsePatternList } from '../../../src/invites/pattern.ts';
import {
  choose,
  describeMismatch,
  FILTER_NAMES,
  type FilterName,
  type Filters,
  judge,
} from '../../../src/invites/select.ts';
import { hoursFromStart, invite as inviteOf, START_MS } from '../../run.ts';

const ACME_ID = 'acc0000000000000000000000000acce';

/** Filters from the entries of their lists. */
function filtersOf(lists: Partial<Record<FilterName, readonly string[]>>): Filters {
  return Object.fromEntries(Object.entries(lists).map(([name, entries]) => [name, parsePatternList(entries)]));
}

const ACME: Invite = {
  id: 'the-invite',
  organization_id: ACME_ID,
  organization_name: 'Acme, Inc.',
  invited_by: 'it@acme.example',
  roles: ['DNS', 'Cache Purge'],
};

const judgeBy = (lists: Parameters<typeof filtersOf>[0], invite: Invite = ACME) => judge(invite, filtersOf(lists));

describe('each filter looks at its own field', () => {
  test.each<[FilterName, string]>([
    ['organization-id', ACME_ID],
    ['organization-name', 'acme, *'],
    ['invited-by', '*@acme.example'],
    ['roles', '*'],
  ])('%s lets in what matches %j', (filter, entry) => {
    expect(judgeBy({ [filter]: [entry] })).toEqual({ kind: 'match' });
  });

  test.each<[FilterName, string]>([
    ['organization-id', ACME_ID],
    ['organization-name', 'Acme, Inc.'],
    ['invited-by', 'it@acme.example'],
    ['roles', 'DNS'],
  ])('%s is not taken in by other fields that hold %j', (filter, entry) => {
    const impostor: Invite = {
      id: entry,
      status: entry,
      organization_id: filter === 'organization-id' ? 'x' : entry,
      organization_name: filter === 'organization-name' ? 'x' : entry,
      invited_by: filter === 'invited-by' ? 'x' : entry,
      roles: filter === 'roles' ? ['x'] : [entry],
      invited_member_email: entry,
      invited_member_id: entry,
    };
    expect(judgeBy({ [filter]: [entry] }, impostor)).toEqual({ kind: 'unmatched', filter, value: 'x' });
  });

  test('an organization named like another’s id never passes as that id, not even without an id of its own', () => {
    const named: Invite = { id: ACME_ID, organization_name: ACME_ID };
    expect(judgeBy({ 'organization-id': [ACME_ID] }, named).kind).toBe('unmatched');
    expect(judgeBy({ 'organization-id': [`${ACME_ID}*`] }, named).kind).toBe('unmatched');
  });
});

describe('what an invite lacks', () => {
  test.each(FILTER_NAMES)('%s matches it only by exactly "*"', (filter) => {
    for (const lacking of [{ id: 'x' }, { id: 'x', roles: [] }]) {
      expect(judgeBy({ [filter]: ['*'] }, lacking).kind).toBe('match');
      expect(judgeBy({ [filter]: ['**'] }, lacking)).toEqual({ kind: 'unmatched', filter, value: undefined });
      expect(judgeBy({ [filter]: ['*', '!x'] }, lacking).kind).toBe('unmatched');
    }
  });
});

describe('roles', () => {
  test.each<[string, readonly string[], readonly string[], string]>([
    ['every one is allowed', ['DNS', 'Cache*'], ['DNS', 'Cache Purge'], 'match'],
    ['one of them is not allowed', ['DNS'], ['DNS', 'Administrator'], 'unmatched'],
    ['the first of them is not allowed', ['DNS'], ['Administrator', 'DNS'], 'unmatched'],
    ['one of them is excluded', ['*', '!*Admin*'], ['DNS', 'Super Administrator - All Privileges'], 'excluded'],
    ['one is excluded and another merely not allowed', ['DNS', '!Billing'], ['Analytics', 'Billing'], 'excluded'],
    ['there is none', ['DNS'], [], 'unmatched'],
  ])('when %s: %j for %j', (_case, allowed, roles, kind) => {
    expect(judgeBy({ roles: allowed }, { ...ACME, roles }).kind).toBe(kind);
  });

  test('the verdict names the role that decided', () => {
    const invite = { ...ACME, roles: ['DNS', 'Analytics', 'Billing'] };
    expect(judgeBy({ roles: ['DNS', '!Billing'] }, invite)).toMatchObject({ kind: 'excluded', value: 'Billing' });
    expect(judgeBy({ roles: ['DNS'] }, invite)).toMatchObject({ kind: 'unmatched', value: 'Analytics' });
  });
});

describe('several filters', () => {
  test('must all match', () => {
    const lists = { 'organization-id': [ACME_ID], 'invited-by': ['*@acme.example'], roles: ['DNS', 'Cache Purge'] };
    expect(judgeBy(lists).kind).toBe('match');
    expect(judgeBy(lists, { ...ACME, organization_id: 'x' })).toMatchObject({ filter: 'organization-id' });
    expect(judgeBy(lists, { ...ACME, invited_by: 'x' })).toMatchObject({ filter: 'invited-by' });
    expect(judgeBy(lists, { ...ACME, roles: ['x'] })).toMatchObject({ filter: 'roles' });
  });

  test('without any, every invite matches', () => {
    expect(judgeBy({}, {})).toEqual({ kind: 'match' });
  });

  test('an exclusion weighs more than a filter that does not match', () => {
    const lists = { 'organization-id': ['x'], 'invited-by': ['*', '!it@*'] };
    expect(judgeBy(lists)).toEqual({ kind: 'excluded', filter: 'invited-by', value: 'it@acme.example' });
  });

  test('any invite matches exactly if it matches each filter alone', () => {
    const value = fc.constantFrom('a', 'b', 'ab');
    const some = fc.record(
      {
        organization_id: value,
        organization_name: value,
        invited_by: value,
        roles: fc.array(value, { maxLength: 3 }),
      },
      { requiredKeys: [] },
    );
    const list = fc
      .array(fc.constantFrom('a', 'a*', '*b', '*', '!a', '!b'), { maxLength: 2 })
      .map((list) => ['b', ...list]);
    const lists = fc.record(
      { 'organization-id': list, 'organization-name': list, 'invited-by': list, roles: list },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(some, lists, (invite: Invite, lists) => {
        const alone = FILTER_NAMES.filter((name) => lists[name] !== undefined).map(
          (name) => judgeBy({ [name]: lists[name] ?? [] }, invite).kind,
        );
        const expected = alone.includes('excluded') ? 'excluded' : alone.includes('unmatched') ? 'unmatched' : 'match';
        expect(judgeBy(lists, invite).kind).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an objection', () => {
  test('names the filter and the value', () => {
    expect(describeMismatch(ACME, filtersOf({ 'organization-id': ['x'] }))).toBe(
      `organization-id does not match ("${ACME_ID}")`,
    );
    expect(describeMismatch(ACME, filtersOf({ roles: ['*', '!DNS'] }))).toBe('roles excludes it ("DNS")');
  });

  test('says so when there is no value', () => {
    expect(describeMismatch({}, filtersOf({ 'invited-by': ['a*'] }))).toBe(
      'invited-by does not match (the invite has none)',
    );
  });

  test('is not raised against a match', () => {
    expect(describeMismatch(ACME, filtersOf({ roles: ['*'] }))).toBeUndefined();
  });
});

describe('choosing', () => {
  const policy = filtersOf({ 'organization-name': ['Acme*', '!Acme Test*'] });
  const numbersOf = (invites: readonly { readonly id: string }[]) => invites.map(({ id }) => Number.parseInt(id, 16));
  const chooseAmong = (...listed: Parameters<typeof choose>[0]) => {
    const { chosen, ignored, expiringSoon, alreadyDone } = choose(listed, policy, 'accepted', START_MS);
    return {
      chosen: numbersOf(chosen),
      ignored: numbersOf(ignored),
      expiringSoon: numbersOf(expiringSoon),
      alreadyDone: numbersOf(alreadyDone),
    };
  };

  const other = { organization_name: 'Globex' };
  const none = { chosen: [], ignored: [], expiringSoon: [], alreadyDone: [] };

  test('keeps the order of the list', () => {
    const found = chooseAmong(inviteOf(3), inviteOf(1, other), inviteOf(2), inviteOf(5, other));
    expect(found).toEqual({ ...none, chosen: [3, 2], ignored: [1, 5] });
  });

  test.each(['accepted', 'rejected', 'expired', 'Pending', 'revoked'])('leaves out the status %s', (status) => {
    const found = chooseAmong(inviteOf(1, { status }), inviteOf(2, { ...other, status }));
    expect(found).toEqual({ ...none, alreadyDone: status === 'accepted' ? [1] : [] });
  });

  test('leaves out what has expired, whatever its status says', () => {
    const past = { expires_on: hoursFromStart(-1) };
    expect(chooseAmong(inviteOf(1, past), inviteOf(2, { ...other, ...past }))).toEqual(none);
    expect(chooseAmong(inviteOf(1, { expires_on: hoursFromStart(0) }))).toEqual(none);
    expect(chooseAmong(inviteOf(1, { expires_on: new Date(START_MS + 1).toISOString() })).chosen).toEqual([1]);
  });

  test('takes an invite that does not say when it expires for a candidate that does not expire soon', () => {
    const { expires_on: _, ...undated } = inviteOf(1);
    expect(chooseAmong(undated, inviteOf(2, { expires_on: 'soon' }))).toEqual({ ...none, chosen: [1, 2] });
    const found = chooseAmong({ ...undated, ...other }, inviteOf(2, { ...other, expires_on: 'soon' }));
    expect(found).toEqual({ ...none, ignored: [1, 2] });
  });

  test('reads a date in another time zone', () => {
    expect(chooseAmong(inviteOf(1, { expires_on: '2026-11-23T09:30:00+01:00' }))).toEqual(none);
    expect(chooseAmong(inviteOf(1, { expires_on: '2026-11-23T08:30:00-01:00' })).chosen).toEqual([1]);
  });

  test('tells what expires within 24 hours, unless a filter chooses or excludes it', () => {
    const soon = { expires_on: hoursFromStart(24) };
    const later = { expires_on: new Date(START_MS + 24 * 3_600_000 + 1).toISOString() };
    const found = chooseAmong(
      inviteOf(1, soon),
      inviteOf(2, { ...other, ...soon }),
      inviteOf(3, { ...other, ...later }),
      inviteOf(4, { organization_name: 'Acme Test', ...soon }),
    );
    expect(found).toEqual({ ...none, chosen: [1], ignored: [2, 3, 4], expiringSoon: [2] });
  });

  test('takes only what matches for already answered', () => {
    const accepted = { status: 'accepted' };
    const found = chooseAmong(
      inviteOf(1, { ...accepted, expires_on: hoursFromStart(-9) }),
      inviteOf(2, { ...accepted, ...other }),
      inviteOf(3, { ...accepted, organization_name: 'Acme Test' }),
    );
    expect(found).toEqual({ ...none, alreadyDone: [1] });
  });
});
