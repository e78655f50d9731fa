import { expect, test } from 'vitest';
import { UNREADABLE_ROLE } from '../../../src/cloudflare/invite.ts';
import { toMembership } from '../../../src/cloudflare/membership.ts';

const GROUPS = [{ access: 'allow', permission_groups: [{ name: 'DNS' }, { name: 'Billing' }] }];

test.each([undefined, null, 'text', 1, []])('%j is no membership', (result) => {
  expect(toMembership(result)).toBeUndefined();
});

test.each<[string, object, readonly string[] | undefined]>([
  ['neither roles nor policies', {}, undefined],
  ['no policies', { policies: null }, undefined],
  ['roles alone', { roles: ['DNS'] }, ['DNS', UNREADABLE_ROLE]],
  ['roles and no policies', { roles: ['DNS'], policies: null }, ['DNS', UNREADABLE_ROLE]],
  ['empty lists', { roles: [], policies: [] }, []],
  ['policies alone', { policies: GROUPS }, ['DNS', 'Billing']],
  [
    'roles and policies that name one twice',
    { roles: ['DNS', 'Cache'], policies: GROUPS },
    ['DNS', 'Cache', 'Billing'],
  ],
  ['policies that are no list', { roles: ['DNS'], policies: 'x' }, ['DNS', UNREADABLE_ROLE]],
  ['a policy that is no object', { policies: ['x'] }, [UNREADABLE_ROLE]],
  ['a policy without groups', { policies: [{ access: 'allow' }] }, [UNREADABLE_ROLE]],
  ['a policy that denies', { policies: [{ ...GROUPS[0], access: 'deny' }] }, []],
])('a membership with %s gives these roles', (_what, fields, roles) => {
  expect(toMembership({ id: 'a1', ...fields })).toEqual({ id: 'a1', kind: 'membership', ...(roles && { roles }) });
});

test('a membership has the account as its organization', () => {
  const account = { id: 'acc', name: 'Acme', settings: { enforce_twofactor: true } };
  expect(toMembership({ id: 'a1', status: 'pending', account, policies: [] })).toEqual({
    id: 'a1',
    kind: 'membership',
    status: 'pending',
    organization_id: 'acc',
    organization_name: 'Acme',
    organization_is_enforcing_twofactor: true,
    roles: [],
  });
});
