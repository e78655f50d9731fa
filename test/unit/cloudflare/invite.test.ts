import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INVITE_FIELDS, type InviteField, isInviteId, toInvite } from '../../../src/cloudflare/invite.ts';

/** A value of each type that a field can have, and values of other types. */
const VALUES = {
  text: { valid: 'x', empty: '', invalid: [null, 5, ['x'], { x: 1 }, true] },
  boolean: { valid: true, empty: false, invalid: [null, 5, ['x'], { x: 1 }, 'true'] },
  names: { valid: ['x', 'y'], empty: [], invalid: [null, undefined] },
} as const;

const FIELDS = Object.entries(INVITE_FIELDS) as [InviteField, keyof typeof VALUES][];

const inviteOf = (value: 'valid' | 'empty') =>
  Object.fromEntries(FIELDS.map(([name, type]) => [name, VALUES[type][value]]));

test('an invite keeps its fields and no other', () => {
  expect(toInvite({ ...inviteOf('valid'), something: 'new' })).toEqual(inviteOf('valid'));
});

test('an invite keeps empty texts, empty lists and false', () => {
  expect(toInvite(inviteOf('empty'))).toEqual(inviteOf('empty'));
});

test.each(FIELDS)('an invite loses the field %s if it is not of the type %s', (name, type) => {
  const { [name]: _, ...others } = inviteOf('valid');
  for (const value of VALUES[type].invalid) expect(toInvite({ ...inviteOf('valid'), [name]: value })).toEqual(others);
});

test.each([undefined, null, 'abc', 5, true, [], [{ id: 'abc' }]])('%j is not an invite', (result) => {
  expect(toInvite(result)).toBeUndefined();
});

const UNREADABLE = '(unreadable role)';

test.each<[string, unknown, readonly string[] | undefined]>([
  ['names', ['DNS', 'Billing'], ['DNS', 'Billing']],
  ['objects with a name', [{ id: '1', name: 'DNS' }, { name: 'Billing' }], ['DNS', 'Billing']],
  ['an empty list', [], []],
  ['one name without a list', 'DNS', ['DNS']],
  ['one object without a list', { name: 'DNS' }, ['DNS']],
  ['undefined', undefined, undefined],
  ['null', null, undefined],
  ['an object without a name', [{ id: '1' }], [UNREADABLE]],
  ['a name that is a number', [{ name: 5 }], [UNREADABLE]],
  ['other types', [null, 5, ['DNS'], 'DNS'], [UNREADABLE, UNREADABLE, UNREADABLE, 'DNS']],
])('roles as %s are parsed', (_title, roles, expected) => {
  expect(toInvite({ roles })?.roles).toEqual(expected);
});

test('an invite keeps a role for every entry, readable or not', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (roles) => {
      expect(toInvite({ roles })?.roles).toHaveLength(roles.length);
    }),
  );
});

test('the fields of an invite have their types, whatever the server sends', () => {
  const names = fc.constantFrom(...Object.keys(INVITE_FIELDS), '__proto__', 'toString');
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue()), (result) => {
      const { organization_is_enforcing_twofactor, roles = [], ...texts } = toInvite(result) ?? {};
      for (const text of [...Object.values(texts), ...roles]) expect(typeof text).toBe('string');
      expect([true, false, undefined]).toContain(organization_is_enforcing_twofactor);
    }),
  );
});

test.each([
  ['4f5f0000000000000000000000000001', true],
  ['a', true],
  ['A-b_9', true],
  ['a'.repeat(32), true],
  ['a'.repeat(33), false],
  ['', false],
  ['a b', false],
  ['a/b', false],
  ['../a', false],
  ['a\n', false],
  ['ä', false],
  ['***', false],
])('%j can be the id of an invite: %s', (id, expected) => {
  expect(isInviteId(id)).toBe(expected);
});
