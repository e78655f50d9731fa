import { invite, inviteId } from '../run.ts';
import { type Case, ID, sharing } from './case.ts';

const STRANGER = invite(1, {
  organization_id: 'e'.repeat(32),
  organization_name: 'Evil Corp',
  invited_by: 'eve@evil.example',
  roles: ['Super Administrator - All Privileges'],
});

/** Ways to write a list of everything with an exclusion that is not plain, and a part of the refusal. */
const REFUSED_ROLES: readonly (readonly [what: string, list: string, says: string])[] = [
  ['a comment behind it', '*\n!Super Administrator # never', 'write `!Super Administrator`'],
  ['double quotes', '*\n"!Super Administrator"', 'A list has no quotes: write `!Super Administrator`'],
  ['single quotes', "*\n'!Super Administrator'", 'A list has no quotes'],
  ['typographic quotes', '*\n“!Super Administrator”', 'A list has no quotes'],
  ['quotes after the mark', '*\n!"Super Administrator"', 'A list has no quotes'],
  ['a bullet', '- *\n- !Super Administrator', 'A list has no bullets'],
  ['a blank after the mark', '*\n! Super Administrator', 'No space follows "!"'],
  ['a full-width mark', '*\n！Super Administrator', 'Exclude with the ASCII "!" (U+0021)'],
  ['two marks', '*\n!!Super Administrator', 'One "!" is enough'],
  ['a comma between the entries', '*, !Super Administrator', 'One line holds one entry'],
  ['a blank between the entries, as a folded block has', '* !Super Administrator', 'One line holds one entry'],
  ['a zero-width space', '*\n!Super\u200bAdministrator', 'U+200B'],
  ['parentheses', '*\n(!Super Administrator)', 'Nothing stands before the "!"'],
  ['a comment in front', '*\n# !Super Administrator', 'a comment that holds a word beginning with "!"'],
  ['the entry before the one that includes it again', '!Super Administrator\n*', 'has no effect'],
  ['JSON', '["*", "!Super Administrator"]', 'It is JSON'],
];

const OTHER_FILTERS: readonly (readonly [filter: string, list: string, says: string])[] = [
  ['organization-name', '*\n"!Evil Corp"', 'A list has no quotes'],
  ['organization-name', '*\n!Evil, Corp', 'write `!Evil\\, Corp`'],
  ['invited-by', '* !evil.example', 'write `!*@evil.example`'],
  ['invited-by', '*;!*@evil.example', 'One line holds one entry'],
  ['organization-id', `* "!${'e'.repeat(32)}"`, 'A list has no quotes'],
  ['organization-id', `* # !${'e'.repeat(32)}`, 'a comment that holds a word beginning with "!"'],
];

const refused = {
  requests: '',
  exit: 1,
  title: 'inputs',
  onServer: ['pending'],
  invites: [STRANGER],
} satisfies Partial<Case>;
const ignored = {
  requests: 'GET GET',
  exit: 0,
  onServer: ['pending'],
  annotations: ['notice'],
} satisfies Partial<Case>;

/** Which invites a list of patterns selects, in the ways that people write lists. */
export const cases: readonly Case[] = [
  ...REFUSED_ROLES.map(
    ([what, list, says]): Case => ({
      ...refused,
      name: `an exclusion of roles with ${what} is refused`,
      inputs: { roles: list },
      says: [says],
    }),
  ),
  ...OTHER_FILTERS.map(
    ([filter, list, says]): Case => ({
      ...refused,
      name: `the list ${JSON.stringify(list)} of ${filter} is refused`,
      inputs: { [filter]: list },
      says: [says],
    }),
  ),
  ...['!Super Administrator', '!super  administrator', '!Super\u00a0Administrator', '!SUPER ADMINISTRATOR'].flatMap(
    (entry) =>
      [
        'Super Administrator - All Privileges',
        'All Privileges - Super Administrator',
        'Super Administrator (All Privileges)',
      ].map(
        (role): Case => ({
          ...ignored,
          name: `the exclusion ${JSON.stringify(entry)} excludes the role ${role}`,
          inputs: { roles: `*\n# a comment\n${entry}` },
          invites: [invite(1, { roles: [role] })],
          logs: [`roles excludes it ("${role}")`],
        }),
      ),
  ),
  ...sharing(refused, [
    {
      name: 'invited_by is refused with the input that was meant',
      inputs: { roles: '*' },
      env: { INPUT_INVITED_BY: '*@acme.example' },
      says: ['There is no input "invited_by". Did you mean invited-by?'],
    },
    {
      name: 'dry_run is refused with the input that was meant',
      inputs: { roles: '*' },
      env: { INPUT_DRY_RUN: 'true' },
      says: ['Did you mean dry-run?'],
    },
    {
      name: 'account_id is refused with the input that was meant',
      inputs: { roles: '*' },
      env: { INPUT_ACCOUNT_ID: 'e'.repeat(32) },
      says: ['Did you mean organization-id?'],
    },
    {
      name: 'an undeclared input with a hyphen is refused with the list of inputs',
      inputs: { roles: '*' },
      env: { 'INPUT_FOO-BAR': '1' },
      says: ['There is no input "foo-bar". The inputs are status, invite-id,'],
    },
    { name: 'an empty dry-run is refused', inputs: { 'dry-run': '' }, says: ['{ inputs.dry-run || false }'] },
    {
      name: 'an empty api-base-url is refused',
      inputs: { 'api-base-url': '' },
      says: ['api-base-url is written but empty'],
    },
  ]),
  {
    name: 'a variable INPUT_ of another program is a line of the log',
    env: { INPUT_FOO: '1', INPUT_GITHUB_TOKEN: 'x' },
    requests: 'PATCH',
    exit: 0,
    logs: ['INPUT_FOO is not an input of this action', 'INPUT_GITHUB_TOKEN is not an input of this action'],
  },
  ...sharing({ ...ignored, inputs: { roles: '*\n!Billing' } }, [
    {
      name: 'a role of an unknown form matches no list but *',
      invites: [invite(1, { roles: [{ id: 'x' }] as unknown as string[] })],
      logs: ['roles does not match (missing or unreadable)'],
    },
    { name: 'an invite without roles matches no list but *', invites: [invite(1, { roles: [] })] },
  ]),
  ...['Eve <eve@acme.example>', 'it@acme.example, eve@evil.example', 'it@acme.example@evil.example', 'it'].map(
    (inviter): Case => ({
      ...ignored,
      name: `an inviter that is not exactly one address matches no pattern: ${inviter}`,
      inputs: { 'invited-by': '*@acme.example *@evil.example' },
      invites: [invite(1, { invited_by: inviter })],
      logs: ['invited-by does not match (missing or unreadable)'],
    }),
  ),
  {
    name: 'invite-id takes the JSON of the output invite_ids',
    inputs: { 'invite-id': JSON.stringify([ID, inviteId(2)]) },
    invites: [invite(1), invite(2)],
    requests: 'PATCH PATCH',
    exit: 0,
    outputs: { invite_ids: JSON.stringify([ID, inviteId(2)]) },
  },
  {
    name: 'ids that differ in case are one invite, and outputs have the spelling of the server',
    inputs: { 'invite-id': `${inviteId(10)} ${inviteId(10).toUpperCase()}` },
    invites: [invite(10)],
    requests: 'PATCH',
    exit: 0,
    outputs: { id: inviteId(10), invite_ids: JSON.stringify([inviteId(10)]) },
  },
  {
    name: 'the log and the summary show the policy and the invites that are left alone',
    inputs: { 'organization-id': 'x', 'invited-by': '*@acme.example', roles: 'DNS\nCache Purge' },
    invites: [invite(1, { organization_id: 'x', roles: ['DNS', 'Billing'] })],
    requests: 'GET GET',
    exit: 0,
    annotations: ['notice: 1 pending invite was left alone'],
    logs: [
      'Policy: organization-id x; invited-by *@acme.example; roles DNS or Cache Purge',
      `Acme, Inc. (${ID}), organization x: roles does not match ("Billing").`,
    ],
    summary: [
      '<details><summary>1 pending invite left alone</summary>',
      '<details><summary>Policy</summary><code>Policy: organization-id x; invited-by *@acme.example; roles',
    ],
  },
];
