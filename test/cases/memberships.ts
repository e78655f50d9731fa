import { envelopeFailure, type Fault, html502, type MembershipOptions } from '../../sandbox/cloudflare.ts';
import { invite, inviteId, invites } from '../run.ts';
import {
  ALL,
  always,
  applied,
  type Case,
  dropped,
  http,
  ID,
  late,
  OTHER_LIST,
  onGet,
  onInvite,
  sharing,
  success,
  times,
  withHeaders,
} from './case.ts';

const REF = `membership.${ID}`;
const KIND = { kind: 'membership', 'organization-name': 'Acme*' };
/** Two memberships by id. */
const TWO = { 'invite-id': `${REF} membership.${inviteId(2)}` };
const ACCOUNT = invite(1).organization_id ?? '';

/** The other list, changed by `options`; without invites of its own. */
const only = (options: MembershipOptions = {}) => ({
  memberships: { listOf: () => 'memberships' as const, ...options },
});

const onPut = (response: Fault) => ({ ...response, on: { method: 'PUT' } });
const onOtherList = (response: Fault) => ({ ...response, on: { path: '/memberships?' } });

/** Permission groups of one policy. */
const policies = (...names: (string | undefined)[]) => [
  { id: 'p1', access: 'allow', permission_groups: names.map((name) => ({ id: 'g1', ...(name && { name }) })) },
];
const withPolicies = (value: unknown, roles: readonly string[] = []): MembershipOptions => ({
  details: () => ({ policies: value, roles }),
});

const accepted = invite(1, { status: 'accepted' });

const IN_ONE_LIST: readonly (readonly [string, MembershipOptions])[] = [
  ['is in both lists under one id', {}],
  ['is in both lists under two ids', { idOf: (id) => id.replace(/^0/, 'f') }],
  ['is in this list alone', { listOf: () => 'memberships' }],
  ['does not settle the invite', { settlesAfterMs: Number.POSITIVE_INFINITY }],
  ['has no roles while it is pending', { pendingRoles: 'empty' }],
  ['is listed without policies', { listedPolicies: 'omitted' }],
  ['is in a list that ignores the parameter status', { statusParameter: 'ignored' }],
];

/** Roles and policies of a pending membership, and the requests of a step that allows `DNS*`. */
const ROLES: readonly (readonly [string, MembershipOptions, string])[] = [
  ['an allowed role', withPolicies([], ['DNS']), 'GET GET PUT'],
  ['an allowed permission group', withPolicies(policies('DNS Administrator')), 'GET GET PUT'],
  ['an allowed role and another permission group', withPolicies(policies('Super Administrator'), ['DNS']), 'GET'],
  ['an allowed group and another role', withPolicies(policies('DNS'), ['Billing']), 'GET'],
  ['a permission group without a name', withPolicies(policies('DNS', undefined)), 'GET GET'],
  ['policies that are no list', withPolicies('DNS', ['DNS']), 'GET GET'],
  ['a policy without groups', withPolicies([{ access: 'allow' }], ['DNS']), 'GET GET'],
  ['a policy that is no object', withPolicies([null], ['DNS']), 'GET GET'],
  [
    'a group that is denied',
    withPolicies([{ access: 'deny', permission_groups: [{ name: 'Billing' }] }], ['DNS']),
    'GET GET PUT',
  ],
  [
    'an access of an unknown kind',
    withPolicies([{ access: 'all', permission_groups: [{ name: 'X' }] }], ['DNS']),
    'GET',
  ],
  ['no roles and no policies', withPolicies([]), 'GET GET'],
];

const GROUPS_ALLOWED: readonly (readonly [string, NonNullable<MembershipOptions['listedPolicies']>, string])[] = [
  ['listed', 'shown', 'GET GET PUT'],
  ['read', 'omitted', 'GET GET GET PUT'],
];

export const cases: readonly Case[] = [
  ...IN_ONE_LIST.flatMap(([what, memberships]): readonly Case[] => [
    {
      name: `a membership that ${what} gets a PUT by its id`,
      inputs: { 'invite-id': `membership.${memberships.idOf?.(ID) ?? ID}` },
      server: { memberships },
      requests: 'GET PUT',
      exit: 0,
      outcomes: ['changed'],
      memberships: ['accepted'],
    },
    {
      name: `a membership that ${what} gets a PUT by filters`,
      inputs: KIND,
      server: { memberships },
      requests: 'GET GET PUT',
      exit: 0,
      outcomes: ['changed'],
      memberships: ['accepted'],
    },
  ]),
  {
    name: 'a membership is read before its PUT, and sets the outputs of an invite',
    inputs: { 'invite-id': REF, status: 'rejected' },
    invites: [invite(1, { organization_is_enforcing_twofactor: true })],
    server: only(),
    requests: 'GET PUT',
    exit: 0,
    paths: [`/memberships/${ID}`, `/memberships/${ID}`],
    memberships: ['rejected'],
    outputs: {
      ...{ id: ID, status: 'rejected', organization_id: ACCOUNT, organization_name: 'Acme, Inc.', roles: '["DNS"]' },
      ...{ organization_is_enforcing_twofactor: 'true', invited_by: '', expires_on: '', kind: 'membership' },
      ...{ membership_id: ID, invite_ids: JSON.stringify([REF]) },
    },
    logs: [`Acme, Inc. (${REF}): rejected.`],
    summary: [`<code>${REF}</code>`],
  },
  {
    name: 'invite-id takes ids of both kinds as invite_ids has them',
    inputs: { 'invite-id': JSON.stringify([inviteId(2), REF]) },
    invites: invites(2),
    server: { memberships: { listOf: ({ id }) => (id === ID ? 'memberships' : 'invites') } },
    requests: 'PATCH GET PUT',
    exit: 0,
    outputs: { invite_ids: JSON.stringify([inviteId(2), REF]), kind: '', membership_id: '', changed_count: '2' },
  },
  {
    name: 'the output kind of an invite is invite',
    requests: 'PATCH',
    exit: 0,
    outputs: { kind: 'invite', membership_id: '' },
  },
  {
    name: 'a dry run reads a membership and leaves it',
    inputs: { 'invite-id': REF, 'dry-run': 'true' },
    server: only(),
    requests: 'GET',
    exit: 0,
    outcomes: ['planned'],
    memberships: ['pending'],
  },
  {
    name: 'a dry run by filters reads each membership that it would respond to',
    inputs: { ...KIND, 'dry-run': 'true' },
    server: only(),
    requests: 'GET GET',
    exit: 0,
    outcomes: ['planned'],
    memberships: ['pending'],
  },
  {
    name: 'a guard leaves a membership outside of the policy untouched',
    inputs: { 'invite-id': REF, 'organization-name': 'Globex' },
    server: only(),
    requests: 'GET',
    exit: 1,
    title: `Membership Acme, Inc. (${REF}) is outside the policy`,
    memberships: ['pending'],
  },
  {
    name: 'an unknown membership fails, and the error names the request',
    inputs: { 'invite-id': `membership.${inviteId(9)}` },
    server: only(),
    requests: 'GET',
    exit: 1,
    says: [`GET /memberships/${inviteId(9)} failed`],
  },
  ...sharing({ inputs: { 'invite-id': REF, status: 'rejected' }, server: only(), memberships: ['accepted'] }, [
    {
      name: 'an accepted membership is never rejected',
      invites: [accepted],
      requests: 'GET',
      exit: 1,
      says: ['It is already accepted.'],
    },
    {
      name: 'a membership that is accepted while an attempt fails is not rejected',
      responses: [onPut(http(503))],
      server: { ...only(), secondActor: [{ afterMs: 100, id: ID, change: { status: 'accepted' } }] },
      requests: 'GET PUT GET',
      exit: 1,
      says: ['It is already accepted.'],
    },
    {
      name: 'a membership that is accepted during a pause for a rate limit is not rejected',
      responses: [onPut(http(429, '', { 'retry-after': '60' }))],
      server: { ...only(), secondActor: [{ afterMs: 1_000, id: ID, change: { status: 'accepted' } }] },
      requests: 'GET PUT GET',
      exit: 1,
      atMs: [0, 0, 60_000],
      says: ['It is already accepted.'],
    },
  ]),
  {
    name: 'a membership that cannot be read gets no second PUT',
    inputs: { 'invite-id': REF, status: 'rejected', retries: '1' },
    server: only(),
    responses: [onPut(dropped), times(2, { ...html502(), on: { method: 'GET' }, skip: 1 })],
    requests: 'GET PUT GET GET',
    exit: 1,
    title: `Could not reject membership Acme, Inc. (${REF})`,
    says: ['State unknown.', `PUT /memberships/${ID} failed`],
    memberships: ['pending'],
  },
  {
    name: 'a PUT that took effect and got no response is a success',
    inputs: { 'invite-id': REF },
    server: only(),
    responses: [onPut(applied(dropped))],
    requests: 'GET PUT GET',
    exit: 0,
    outcomes: ['changed'],
  },
  {
    name: 'a response to PUT without policies is no warning',
    inputs: { 'invite-id': REF, roles: 'DNS' },
    server: only({ details: ({ status }) => (status === 'pending' ? {} : { policies: undefined }) }),
    requests: 'GET PUT',
    exit: 0,
    outputs: { roles: '["DNS"]' },
  },
  {
    name: 'a response to PUT without roles and policies is no warning',
    inputs: { 'invite-id': REF, roles: 'DNS' },
    server: only({ details: ({ status }) => (status === 'pending' ? {} : { policies: undefined, roles: undefined }) }),
    requests: 'GET PUT',
    exit: 0,
    outputs: { roles: '["DNS"]' },
  },
  {
    name: 'a response to PUT with a role that the policy does not allow is a warning',
    inputs: { 'invite-id': REF, roles: 'DNS' },
    server: only({ details: ({ status }) => (status === 'pending' ? {} : { policies: [], roles: ['Billing'] }) }),
    requests: 'GET PUT',
    exit: 0,
    annotations: ['warning: is accepted, but outside the policy'],
  },
  ...ROLES.map(
    ([what, memberships, requests]): Case => ({
      name: `the filter roles decides about a membership with ${what}`,
      inputs: { ...KIND, roles: 'DNS*' },
      server: only(memberships),
      requests,
      exit: 0,
      ...(requests.endsWith('PUT')
        ? { memberships: ['accepted'] }
        : { memberships: ['pending'], annotations: ['notice: 1 pending membership was left alone'] }),
    }),
  ),
  ...GROUPS_ALLOWED.map(
    ([what, listedPolicies, requests]): Case => ({
      name: `the filter roles checks permission groups that are ${what}`,
      inputs: { ...KIND, roles: 'DNS*' },
      server: only({ ...withPolicies(policies('DNS Administrator')), listedPolicies }),
      requests,
      exit: 0,
      memberships: ['accepted'],
    }),
  ),
  {
    name: 'policies that the list omits are read only when the other filters match',
    inputs: { kind: 'membership', 'organization-name': 'Globex', roles: 'DNS' },
    server: only({ listedPolicies: 'omitted' }),
    requests: 'GET',
    exit: 0,
    annotations: ['notice: 1 pending membership was left alone'],
  },
  {
    name: 'a membership without an account is not read for its policies',
    inputs: { ...KIND, roles: 'DNS' },
    server: only({ listedPolicies: 'omitted', details: () => ({ account: undefined }) }),
    requests: 'GET',
    exit: 0,
    annotations: ['notice: 1 pending membership was left alone'],
    logs: ['organization-name does not match (missing or unreadable)'],
  },
  {
    name: 'a membership whose read fails once is read again for its policies',
    inputs: { kind: 'membership', roles: 'DNS' },
    server: only({ listedPolicies: 'omitted' }),
    responses: [onInvite(1, onGet(http(500, 'no')))],
    requests: 'GET GET GET GET PUT',
    exit: 0,
    outcomes: ['changed'],
  },
  {
    name: 'the notice about the other list names only memberships with an allowed organization-name',
    inputs: { 'organization-name': 'Globex*' },
    invites: [invite(1), invite(2, { organization_name: 'Globex' })],
    server: only(),
    requests: 'GET GET',
    paths: ['/user/invites?page=1&per_page=50', OTHER_LIST],
    exit: 0,
    annotations: ['notice: 1 pending membership in Cloudflare’s other list'],
    says: [`Globex (membership.${inviteId(2)})`],
    neverSays: ['Acme'],
  },
  {
    name: 'policies that no response shows match no list but *',
    inputs: { ...KIND, roles: 'DNS' },
    server: only({ details: () => ({ policies: undefined }) }),
    requests: 'GET GET',
    exit: 0,
    annotations: ['notice: 1 pending membership was left alone'],
    logs: ['roles does not match (missing or unreadable)'],
  },
  {
    name: 'an accepted membership is left alone when the list ignores the parameter status',
    inputs: KIND,
    invites: [accepted],
    server: only({ statusParameter: 'ignored' }),
    requests: 'GET',
    exit: 0,
    logs: ['0 pending memberships'],
  },
  {
    name: 'a list of memberships ends with a short page, and its total_count is ignored',
    inputs: { ...KIND, 'dry-run': 'true' },
    invites: [...invites(2), ...invites(60, (number) => ({ id: inviteId(number + 2), status: 'accepted' }))],
    server: only(),
    requests: 'GET GET GET',
    exit: 0,
    outcomes: ['planned', 'planned'],
  },
  {
    name: 'a list of memberships is read to its last page',
    inputs: { ...KIND, 'dry-run': 'true' },
    invites: invites(53),
    server: only(),
    requests: Array(55).fill('GET').join(' '),
    exit: 0,
    outputs: { matched_count: '53' },
  },
  {
    name: 'a list of memberships that fails is an error that names it',
    inputs: { ...KIND, retries: '0' },
    server: only(),
    responses: [html502()],
    requests: 'GET',
    exit: 1,
    title: 'The list of memberships could not be read',
  },
  {
    name: 'a wait finds a membership that appears later',
    inputs: { ...KIND, 'wait-seconds': '60' },
    invites: [],
    server: only(),
    meanwhile: [{ atMs: 4_000, invite: invite(1) }],
    requests: 'GET GET GET PUT',
    exit: 0,
    memberships: ['accepted'],
  },

  // The request to the other list.
  ...sharing(
    { inputs: { 'organization-id': ACCOUNT, roles: 'Billing' }, server: only(), requests: 'GET GET', exit: 0 },
    [
      {
        name: 'a notice names a pending membership when no invite was found',
        annotations: ['notice: 1 pending membership in Cloudflare’s other list'],
        says: [`Acme, Inc. (${REF})`],
        hints: [`invite-id: ${REF}`, 'kind: membership'],
        logs: ['1 pending membership in Cloudflare’s other list', `Acme, Inc. (${REF}), organization ${ACCOUNT}`],
        paths: ['/user/invites?page=1&per_page=50', OTHER_LIST],
        memberships: ['pending'],
        outputs: { matched_count: '0' },
        summary: ['1 pending membership in Cloudflare’s other list'],
      },
      {
        name: 'a membership of another organization is in no notice',
        invites: [invite(1, { organization_id: 'b' })],
      },
      {
        name: 'an accepted membership is in no notice',
        invites: [accepted],
        server: only({ statusParameter: 'ignored' }),
      },
      ...(
        [
          ['a soft refusal', envelopeFailure(403, { code: 10000, message: 'Authentication error' }), '10000'],
          ['a page of the edge', http(403, '<html><title>Just a moment</title></html>'), 'Just a moment'],
          ['refused credentials', envelopeFailure(400, { code: 9106, message: 'Authentication failed' }), '9106'],
          ['a failure that may pass', html502(), 'HTTP 502'],
          ['a dropped connection', dropped, 'failed'],
          ['a rate limit', http(429, '', { 'retry-after': '900' }), 'HTTP 429'],
          ['a refusal of its parameters', envelopeFailure(400, { code: 1, message: 'unknown parameter page' }), 'page'],
          ['another form', http(200, { success: true, result: 'none' }), 'no list'],
        ] as const
      ).map(
        ([what, response, says]): Case => ({
          name: `${what} in response to the request for the other list is a line of the log`,
          responses: [onOtherList(response)],
          neverLogs: ['no time left'],
          logs: ['The step goes on without the memberships. The list of memberships could not be read', says].slice(
            what === 'refused credentials' || what.includes('edge') || what.includes('soft') ? 1 : 0,
          ),
          requests: 'GET GET',
          exit: 0,
        }),
      ),
    ],
  ),
  {
    name: 'the other list is not requested when an invite is found',
    inputs: ALL,
    server: { memberships: {} },
    requests: 'GET PATCH',
    exit: 0,
  },

  // A wait for a user who has joined already.
  ...sharing({ exit: 0, tookMs: 0, memberships: ['accepted'] }, [
    {
      name: 'a wait ends when the user has joined the only organization that organization-id names',
      inputs: { 'organization-id': ACCOUNT, 'invited-by': '*@acme.example', roles: 'DNS', 'wait-seconds': '60' },
      invites: [accepted],
      server: only(),
      requests: 'GET GET',
      outcomes: ['unchanged'],
      outputs: { kind: 'membership', membership_id: ID, invite_ids: JSON.stringify([REF]), changed: 'false' },
      paths: ['/user/invites?page=1&per_page=50', '/memberships?status=accepted&page=1&per_page=50'],
    },
    {
      name: 'a wait for a membership ends when the user has joined',
      inputs: { kind: 'membership', 'organization-id': ACCOUNT.toUpperCase(), 'wait-seconds': '60' },
      invites: [accepted],
      server: only(),
      requests: 'GET GET',
      outcomes: ['unchanged'],
    },
  ]),
  ...sharing({ exit: 1, invites: [accepted], server: only(), tookMs: 5_000, requests: 'GET GET GET' }, [
    {
      name: 'a wait goes on when organization-id is a pattern',
      inputs: { 'organization-id': 'acc*', 'wait-seconds': '5' },
    },
    {
      name: 'a wait goes on when organization-id names two organizations',
      inputs: { 'organization-id': `${ACCOUNT} b`, 'wait-seconds': '5' },
    },
    {
      name: 'a wait with status rejected goes on when the user has joined',
      inputs: { status: 'rejected', 'organization-id': ACCOUNT, 'wait-seconds': '5' },
    },
    {
      name: 'a wait goes on when the user has joined with another role',
      inputs: { 'organization-id': ACCOUNT, roles: 'Billing', 'wait-seconds': '5' },
      requests: 'GET GET GET GET',
    },
    {
      name: 'a wait for a membership goes on when the list also shows accepted ones',
      inputs: { ...KIND, 'wait-seconds': '5' },
      server: only({ statusParameter: 'ignored' }),
      requests: 'GET GET',
    },
    ...(
      [
        ['pending', ['error', 'notice']],
        ['rejected', ['error']],
      ] as const
    ).map(([status, annotations]) => ({
      name: `a wait goes on when a membership that the list shows as accepted is ${status}`,
      inputs: { 'organization-id': ACCOUNT, roles: 'DNS', 'wait-seconds': '5' },
      invites: [invite(1, { status })],
      responses: [onOtherList(success([{ id: ID, status: 'accepted', account: { id: ACCOUNT } }]))],
      requests: 'GET GET GET GET GET GET',
      annotations,
      memberships: [status],
    })),
    {
      name: 'a wait goes on when the edge refuses the list of memberships',
      inputs: { 'organization-id': ACCOUNT, 'wait-seconds': '5' },
      responses: [onOtherList(http(403, '<html><title>Just a moment</title></html>'))],
      requests: 'GET GET GET GET',
    },
    {
      name: 'a wait goes on when the memberships cannot be read',
      inputs: { 'organization-id': ACCOUNT, 'wait-seconds': '5' },
      responses: [onOtherList(envelopeFailure(403, { code: 10000, message: 'Authentication error' }))],
      requests: 'GET GET GET GET',
    },
    {
      name: 'a wait goes on when the list of memberships refuses the credentials that the list of invites accepts',
      inputs: { 'organization-id': ACCOUNT, 'wait-seconds': '5' },
      responses: [onOtherList(envelopeFailure(400, { code: 9106, message: 'Authentication failed' }))],
      requests: 'GET GET GET GET',
    },
    {
      name: 'a wait without retries goes on when the list of memberships meets a rate limit',
      inputs: { 'organization-id': ACCOUNT, 'wait-seconds': '5', retries: '0' },
      responses: [onOtherList(http(429, '', { 'retry-after': '1' }))],
      requests: 'GET GET GET GET',
    },
  ]),

  // Inputs.
  ...sharing({ requests: '', exit: 1, title: 'The inputs cannot be used' }, [
    {
      name: 'invited-by is refused beside a membership id',
      inputs: { 'invite-id': REF, 'invited-by': '*@acme.example' },
      says: ['names no inviter'],
    },
    {
      name: 'invited-by is refused beside kind: membership',
      inputs: { ...KIND, 'invited-by': '*@*' },
      says: ['names no inviter'],
    },
    {
      name: 'kind is refused beside invite-id',
      inputs: { kind: 'membership', 'invite-id': ID },
      says: ['beside invite-id'],
    },
    {
      name: 'an empty kind is refused',
      inputs: { ...ALL, kind: '' },
      says: ['kind is written but empty', "|| 'invite'"],
    },
    { name: 'an unknown kind is refused', inputs: { ...ALL, kind: 'memberships' }, says: ['invite or membership'] },
    {
      name: 'a membership id without an id is refused',
      inputs: { 'invite-id': 'membership.' },
      says: ['An id has at most'],
    },
    {
      name: 'an id with two prefixes is refused',
      inputs: { 'invite-id': `membership.${REF}` },
      says: ['An id has at most'],
    },
  ]),
  {
    name: 'invited-by * is allowed beside a membership id',
    inputs: { 'invite-id': REF, 'invited-by': '*' },
    server: only(),
    requests: 'GET PUT',
    exit: 0,
  },
  {
    name: 'refused credentials stop a step with memberships',
    inputs: TWO,
    invites: invites(2),
    server: only(),
    responses: [always(envelopeFailure(401, { code: 1000, message: 'Invalid API Token' }))],
    requests: 'GET GET',
    exit: 1,
    title: 'Cloudflare refused the credentials',
  },
  {
    name: 'a failed membership is reported to the tracking issue',
    inputs: { ...KIND, retries: '0', 'report-issue': 'Cloudflare', 'github-token': 'ghs_a-token-of-this-test' },
    server: only(),
    responses: [onPut(http(503))],
    requests: 'GET GET PUT GET',
    exit: 1,
    github: [{ status: 200, body: [] }],
    githubRequests: 'GET POST',
    annotations: ['error', 'warning'],
  },
  {
    name: 'a rate limit on every PUT ends the step when no time is left for a pause',
    inputs: { 'invite-id': REF },
    server: only(),
    responses: [always(onPut(http(429, '', { 'retry-after': '1' })))],
    requests: Array(7).fill('GET PUT').join(' '),
    exit: 1,
    title: 'Cloudflare’s rate limit leaves no time',
  },
  {
    name: 'a membership gets its PUT although the Ratelimit of its read has nothing left',
    inputs: { 'invite-id': REF },
    server: only(),
    responses: [always(withHeaders({ ratelimit: '"default";r=0;t=1' }))],
    requests: 'GET PUT',
    exit: 0,
    outcomes: ['changed'],
    tookMs: 0,
  },
  {
    name: 'a membership gets no PUT during a rate limit that a longer Ratelimit follows',
    inputs: TWO,
    invites: invites(2),
    server: only(),
    responses: [
      onInvite(1, onGet(http(429, '', { 'retry-after': '6' }))),
      onInvite(2, onGet({ ...withHeaders({ ratelimit: '"default";r=0;t=8' }), delayMs: 500 })),
    ],
    requests: 'GET GET GET GET PUT PUT',
    exit: 0,
    memberships: ['accepted', 'accepted'],
    atMs: [0, 0, 8_500, 8_500, 8_500, 8_500],
  },
  {
    name: 'a pause that a header makes longer is not said to be what the refusal asked for',
    inputs: TWO,
    invites: invites(2),
    server: only(),
    responses: [
      onInvite(1, onGet(http(429, '', { 'retry-after': '6' }))),
      onInvite(2, onGet({ ...withHeaders({ ratelimit: '"default";r=0;t=3000' }), delayMs: 500 })),
    ],
    requests: 'GET GET',
    exit: 1,
    title: 'Cloudflare’s rate limit leaves no time',
    says: ['A pause of 3000 s is needed', 'HTTP 429'],
    neverSays: ['6 s'],
  },
  {
    name: 'a membership is read again after another one met the rate limit',
    inputs: TWO,
    invites: invites(2),
    server: only(),
    responses: [onPut({ ...http(429, '', { 'retry-after': '10' }), delayMs: 1_000 }), onInvite(2, onGet(late(2_000)))],
    requests: 'GET GET PUT GET GET PUT PUT',
    exit: 0,
    memberships: ['accepted', 'accepted'],
  },
  {
    name: 'a membership that cannot be read fails, and the others are accepted',
    inputs: { kind: 'membership', roles: 'DNS', retries: '0' },
    invites: invites(3),
    server: only({ listedPolicies: 'omitted' }),
    responses: [always(onInvite(2, onGet(http(500, 'no'))))],
    requests: 'GET GET GET GET GET GET GET PUT PUT',
    exit: 1,
    outcomes: ['changed', 'changed', 'failed'],
  },
];
