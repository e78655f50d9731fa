import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INVITE_FIELDS, type Invite } from '../../../src/cloudflare/invite.ts';
import {
  FILTER_NAMES,
  FILTERS,
  type FilterMatch,
  type FilterName,
  type Filters,
  matchFilters,
} from '../../../src/invites/filters.ts';
import { parsePatternList } from '../../../src/invites/pattern.ts';

type Lists = Readonly<Partial<Record<FilterName, readonly string[]>>>;

const filtersOf = (lists: Lists): Filters =>
  Object.fromEntries(
    Object.entries(lists).map(([name, entries]) => [name, parsePatternList(entries, name === 'roles')]),
  );

const match = (lists: Lists, invite: Invite = ACME): FilterMatch => matchFilters(invite, filtersOf(lists));

/** A text that every filter takes for a value. */
const ADDRESS = 'it@acme.example';
const ACME_ID = 'acc0000000000000000000000000acce';

const ACME: Invite = {
  id: 'the-invite',
  organization_id: ACME_ID,
  organization_name: 'Acme, Inc.',
  invited_by: 'it@acme.example',
  roles: ['DNS', 'Cache Purge'],
};

test.each(FILTER_NAMES)('the filter %s excludes and includes by each of its values', (filter) => {
  const values = FILTERS[filter].values(ACME);
  expect(values.length).toBeGreaterThan(0);
  for (const value of values) {
    expect(match({ [filter]: ['*', `!${value}`] })).toEqual({ kind: 'excluded', filter, value });
  }
  expect(match({ [filter]: values })).toEqual({ kind: 'match' });
});

test.each<[FilterName, keyof Invite]>([
  ['organization-id', 'organization_id'],
  ['organization-name', 'organization_name'],
  ['invited-by', 'invited_by'],
  ['roles', 'roles'],
])('the filter %s matches only the field %s', (filter, field) => {
  const texts = Object.fromEntries(Object.keys(INVITE_FIELDS).map((name) => [name, ADDRESS]));
  const impostor: Invite = { ...texts, roles: [ADDRESS], [field]: field === 'roles' ? ['x@x'] : 'x@x' };
  expect(match({ [filter]: [ADDRESS] }, impostor)).toEqual({ kind: 'unmatched', filter, value: 'x@x' });
  const { [field]: _, ...lacking } = impostor;
  for (const entry of [ADDRESS, `${ADDRESS}*`]) {
    expect(match({ [filter]: [entry] }, lacking)).toEqual({ kind: 'unmatched', filter, value: undefined });
  }
});

test.each(FILTER_NAMES)('the filter %s matches an invite without the field only by exactly "*"', (filter) => {
  for (const lacking of [{ id: 'x' }, { id: 'x', roles: [] }]) {
    expect(match({ [filter]: ['*'] }, lacking)).toEqual({ kind: 'match' });
    expect(match({ [filter]: ['**'] }, lacking)).toEqual({ kind: 'unmatched', filter, value: undefined });
    expect(match({ [filter]: ['*', '!x'] }, lacking).kind).toBe('unmatched');
  }
});

test.each<[string, readonly string[], readonly string[], FilterMatch['kind'], string?]>([
  ['every role is allowed', ['DNS', 'Cache*'], ['DNS', 'Cache Purge'], 'match'],
  ['one role is not allowed', ['DNS'], ['DNS', 'Administrator'], 'unmatched', 'Administrator'],
  ['the first role is not allowed', ['DNS'], ['Administrator', 'DNS'], 'unmatched', 'Administrator'],
  ['one role is excluded', ['*', '!*Admin*'], ['DNS', 'Super Administrator'], 'excluded', 'Super Administrator'],
  ['one role is excluded and another one not allowed', ['DNS', '!Billing'], ['X', 'Billing'], 'excluded', 'Billing'],
  ['two roles are not allowed', ['DNS'], ['DNS', 'Analytics', 'Billing'], 'unmatched', 'Analytics'],
  ['there is no role', ['DNS'], [], 'unmatched'],
])('where %s, the roles %j match the list for %j: %s', (_title, allowed, roles, kind, value) => {
  const mismatch = { kind, filter: 'roles', value };
  expect(match({ roles: allowed }, { ...ACME, roles })).toEqual(kind === 'match' ? { kind } : mismatch);
});

test('a value of more than 1,000 characters is unreadable: it matches exactly "*"', () => {
  const named = (length: number): Invite => ({ ...ACME, organization_name: 'x'.repeat(length) });
  expect(match({ 'organization-name': ['x*'] }, named(1_000))).toEqual({ kind: 'match' });
  expect(match({ 'organization-name': ['*'] }, named(1_001))).toEqual({ kind: 'match' });
  const unreadable = { kind: 'unmatched', filter: 'organization-name', value: undefined };
  for (const list of [['x*'], ['*', '!Globex']]) {
    expect(match({ 'organization-name': list }, named(1_001))).toEqual(unreadable);
  }
});

test.each<[string, Invite, string]>([
  ['organization-id', { ...ACME, organization_id: 'x' }, 'unmatched'],
  ['invited-by', { ...ACME, invited_by: 'x' }, 'unmatched'],
  ['roles', { ...ACME, roles: ['x'] }, 'unmatched'],
  ['nothing', ACME, 'match'],
])('several filters must all match: an invite that fails by %s', (filter, invite, kind) => {
  const lists = { 'organization-id': [ACME_ID], 'invited-by': ['*@acme.example'], roles: ['DNS', 'Cache Purge'] };
  expect(match(lists, invite)).toMatchObject({ kind, ...(kind !== 'match' && { filter }) });
});

test('every invite matches where there is no filter', () => {
  expect(match({}, {})).toEqual({ kind: 'match' });
});

test('an exclusion is reported before a filter that does not match', () => {
  const lists = { 'organization-id': ['x'], 'invited-by': ['*', '!it@*'] };
  expect(match(lists)).toEqual({ kind: 'excluded', filter: 'invited-by', value: 'it@acme.example' });
});

test('an invite matches several filters exactly if it matches each of them', () => {
  const value = fc.constantFrom('a', 'b', 'ab');
  const roles = fc.array(value, { maxLength: 3 });
  const fields = { organization_id: value, organization_name: value, invited_by: value, roles };
  const entry = fc.constantFrom('a', 'a*', '*b', '*', '!a', '!b');
  const list = fc.array(entry, { maxLength: 2 }).map((entries) => ['b', ...entries]);
  const lists = fc.record(Object.fromEntries(FILTER_NAMES.map((name) => [name, list])), { requiredKeys: [] });
  fc.assert(
    fc.property(fc.record(fields, { requiredKeys: [] }), lists, (invite, written: Lists) => {
      const isUsable = ([name, entries]: [string, readonly string[]]) =>
        !('kind' in parsePatternList(entries, name === 'roles'));
      fc.pre(Object.entries(written).every(isUsable));
      const kinds = Object.entries(written).map(([name, entries]) => match({ [name]: entries }, invite).kind);
      const expected = kinds.includes('excluded') ? 'excluded' : kinds.includes('unmatched') ? 'unmatched' : 'match';
      expect(match(written, invite).kind).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});
