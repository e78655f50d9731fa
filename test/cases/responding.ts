import { envelopeFailure, error500, type Fault, html502, tooManyRequests } from '../../sandbox/cloudflare.ts';
import { VERSION } from '../../src/version.ts';
import { hoursFromStart, invite, inviteId, invites } from '../run.ts';
import {
  ALL,
  always,
  applied,
  type Case,
  dropped,
  http,
  ID,
  idsTo,
  late,
  noConnection,
  onGet,
  onPatch,
  ownResponse,
  sharing,
  shows,
} from './case.ts';

const gone: Fault = envelopeFailure(404, { code: 1003, message: 'Invite not found' });
const refused: Fault = envelopeFailure(403, { code: 1010, message: 'Not for you' });
const MISSING = Array.from({ length: 12 }, (_, index) => `missing-${index}`);
const GUARDED = { 'invite-id': ID, 'organization-name': 'Acme*' };
const BOTH = { 'invite-id': `${ID}\n${inviteId(2)}` };

/** Invites that are not pending: the status, the desired one, the message and the hint. */
const FINAL = [
  [
    'accepted',
    'rejected',
    'is already accepted. An invitation can be responded to once.',
    'ask the inviter to remove the member',
  ],
  [
    'rejected',
    'accepted',
    'is already rejected. An invitation can be responded to once.',
    'ask the inviter to remove the member',
  ],
  ['expired', 'accepted', 'has expired.', 'Members › the user › Resend invite'],
  [
    'canceled',
    'accepted',
    'is already canceled. An invitation can be responded to once.',
    'ask the inviter to remove the member',
  ],
] as const;

/** What a step does with an invite, and what it says about it. */
export const cases: readonly Case[] = [
  {
    name: 'accepting an invite sends one PATCH and sets every output',
    invites: [
      invite(1, {
        organization_name: 'A::b',
        roles: ['DNS', 'Billing'],
        invited_member_id: 'm',
        invited_member_email: 'bot@example.net',
        organization_is_enforcing_twofactor: true,
      }),
    ],
    requests: 'PATCH',
    exit: 0,
    paths: [`/user/invites/${ID}`],
    sends: {
      body: '{"status":"accepted"}',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': `cloudflare-invite-action/${VERSION}`,
      },
    },
    neverLogs: ['Policy'],
    outcomes: ['changed'],
    outputs: {
      id: ID,
      status: 'accepted',
      organization_id: 'acc0000000000000000000000000acce',
      organization_name: 'A::b',
      roles: '["DNS","Billing"]',
      invited_by: 'it@acme.example',
      invited_on: hoursFromStart(-24),
      expires_on: hoursFromStart(72),
      invited_member_id: 'm',
      invited_member_email: 'bot@example.net',
      organization_is_enforcing_twofactor: 'true',
      changed: 'true',
      matched_count: '1',
      changed_count: '1',
      failed_count: '0',
      invite_ids: `["${ID}"]`,
    },
    logs: [`[1/1] A::b (${ID}): accepted.`],
    summary: ['A::b', '✅ accepted'],
    onServer: ['accepted'],
  },
  ...sharing({ exit: 0 }, [
    {
      name: 'rejecting an invite sends one PATCH',
      inputs: { status: 'rejected' },
      requests: 'PATCH',
      sends: { body: '{"status":"rejected"}' },
      outputs: { status: 'rejected', changed: 'true' },
      logs: ['Trying to reject 1 invitation', `Acme, Inc. (${ID}): rejected.`],
      summary: ['Cloudflare invites: 1 rejected'],
      onServer: ['rejected'],
    },
    {
      name: 'a name that looks like a workflow command is data in the outputs',
      invites: [invite(1, { organization_name: 'Acme\n::error::<b>', roles: ['DNS, "all"'] })],
      requests: 'PATCH',
      outputs: { organization_name: 'Acme\n::error::<b>', roles: '["DNS, \\"all\\""]' },
      summary: ['::error::&lt;b&gt;'],
    },
    {
      name: 'an empty list of roles and false are not empty outputs',
      invites: [invite(1, { roles: [], organization_is_enforcing_twofactor: false })],
      requests: 'PATCH',
      outputs: { roles: '[]', organization_is_enforcing_twofactor: 'false' },
    },
    {
      name: 'fields that Cloudflare leaves out are empty outputs',
      invites: [{ id: ID, status: 'pending', organization_id: 'o', invited_member_id: null }],
      requests: 'PATCH',
      outputs: { organization_id: 'o', organization_name: '', roles: '', invited_by: '', invited_member_id: '' },
    },
    {
      name: 'a field that the list shows and the response leaves out keeps its value',
      inputs: ALL,
      responses: [onPatch(shows({ organization_name: undefined, invited_by: 'new@acme.example' }))],
      requests: 'GET PATCH',
      outputs: { organization_name: 'Acme, Inc.', invited_by: 'new@acme.example' },
    },
    {
      name: 'an invite that is accepted already is unchanged',
      invites: [invite(1, { status: 'accepted' })],
      requests: 'PATCH GET',
      outcomes: ['unchanged'],
      outputs: { status: 'accepted', organization_name: 'Acme, Inc.', changed: 'false' },
      logs: ['was already accepted'],
    },
  ]),
  ...FINAL.flatMap(([status, wanted, says, hint]) =>
    sharing(
      {
        invites: [invite(1, { status })],
        exit: 1,
        title: `Invite Acme, Inc. (${ID}) cannot be ${wanted}`,
        hints: [hint],
        outputs: { status, changed: 'false', organization_name: 'Acme, Inc.' },
        onServer: [status],
      },
      [
        {
          name: `an invite that is ${status} cannot be ${wanted}`,
          inputs: { status: wanted },
          requests: 'PATCH GET',
          says: [`. It ${says}`, `PATCH /user/invites/${ID}: HTTP 400.`, 'code 1001: Invalid'],
        },
        {
          name: `an invite that is ${status} cannot be ${wanted} although Cloudflare repeats it as a success`,
          inputs: { status: wanted, retries: '0' },
          server: { repeatedResponse: 'same' },
          requests: 'PATCH GET',
          says: [`. It ${says}`],
        },
        {
          name: `an invite that is ${status} cannot be ${wanted} in a dry run`,
          inputs: { status: wanted, 'dry-run': 'true' },
          requests: 'GET',
          says: [`. It ${says}\nWhat to do: `],
        },
      ],
    ),
  ),

  {
    name: 'every request is a line of the debug log',
    server: { latencyMs: 120 },
    responses: [http(503, 'down', { 'cf-ray': 'ray-1', 'retry-after-ms': '7' }), dropped],
    inputs: { 'dry-run': 'true' },
    requests: 'GET GET GET',
    exit: 0,
    debugs: [
      `GET /user/invites/${ID}: HTTP 503 with text: "down" after 120 ms, cf-ray ray-1`,
      'ECONNRESET after 120 ms, cf-ray none',
      `GET /user/invites/${ID}: HTTP 200 after 120 ms`,
    ],
  },

  ...['processing', 'Pending', ''].map(
    (status): Case => ({
      name: `an invite with the status ${JSON.stringify(status)}, which Cloudflare does not define, is an error`,
      inputs: { 'dry-run': 'true', retries: '0' },
      invites: [invite(1, { status })],
      requests: 'GET',
      exit: 1,
      says: [`HTTP 200 reports success, but shows the unknown status "${status}"`],
      neverSays: ['can be responded to once'],
      onServer: [status],
    }),
  ),

  // Reads between attempts
  ...sharing({ requests: 'PATCH GET PATCH', exit: 0, outcomes: ['changed'] }, [
    { name: 'a read that fails is followed by another PATCH', responses: [onPatch(error500()), onGet(error500())] },
    {
      name: 'a read that shows another invite is followed by another PATCH',
      responses: [onPatch(error500()), onGet(shows({ id: inviteId(2), status: 'accepted' }))],
    },
    {
      name: 'a read that shows no status is followed by another PATCH',
      responses: [onPatch(error500()), onGet(shows({ status: undefined }))],
    },
    {
      name: 'a read that shows a status that Cloudflare does not define is followed by another PATCH',
      responses: [onPatch(error500()), onGet(shows({ status: 'PENDING' }))],
    },
  ]),
  ...sharing({ exit: 0 }, [
    {
      name: 'a read that meets the rate limit is sent again',
      responses: [onPatch(error500()), onGet(tooManyRequests({ retryAfter: 7 }))],
      requests: 'PATCH GET GET PATCH',
      atMs: [0, 500, 7_500, 7_500],
    },
    {
      name: 'an invite that is accepted before the second PATCH is changed when the first PATCH may have done it',
      responses: [applied(dropped), onGet(error500())],
      requests: 'PATCH GET PATCH GET',
      outcomes: ['changed'],
    },
    {
      name: 'an invite that is accepted before the second PATCH is unchanged when the first PATCH had no effect',
      responses: [tooManyRequests({ retryAfter: 7 })],
      meanwhile: [{ atMs: 3_000, invite: invite(1, { status: 'accepted' }) }],
      requests: 'PATCH PATCH GET',
      outcomes: ['unchanged'],
    },
    {
      name: 'an invite is changed when the last read shows it accepted and the last PATCH was not sent',
      inputs: { retries: '1' },
      responses: [applied(dropped), onGet(error500()), onPatch(noConnection)],
      requests: 'PATCH GET PATCH GET',
      outcomes: ['changed'],
    },
    {
      name: 'the last attempt is followed by a read',
      inputs: { retries: '0' },
      responses: [applied(http(504, 'upstream request timeout'))],
      requests: 'PATCH GET',
      outcomes: ['changed'],
    },
  ]),
  {
    name: 'an invite that somebody else rejects after a failed attempt fails',
    responses: [html502()],
    meanwhile: [{ atMs: 100, invite: invite(1, { status: 'rejected' }) }],
    requests: 'PATCH GET',
    exit: 1,
    says: ['already rejected', 'HTTP 502'],
    outputs: { status: 'rejected' },
  },

  // Failures
  ...sharing({ exit: 1, neverSays: ['State unknown'] }, [
    {
      name: 'retries count the attempts after the first',
      inputs: { retries: '2' },
      responses: [always(onPatch(error500()))],
      requests: 'PATCH GET PATCH GET PATCH GET',
      title: `Could not accept invite Acme, Inc. (${ID})`,
      message: [
        `Could not accept invite Acme, Inc. (${ID}). PATCH /user/invites/${ID} failed: HTTP 500 (3 attempts). Pending when last read; an attempt may still take effect.`,
        'Cloudflare: code 1002: Internal error.',
        'cf-ray: 8f3a5c0000000005-FRA.',
        'What to do: Cloudflare has trouble: see https://www.cloudflarestatus.com, and run the job again later.',
      ].join('\n'),
      outputs: { status: '' },
    },
    {
      name: 'a read that showed the invite pending is not repeated after a PATCH that had no effect',
      inputs: { retries: '1' },
      responses: [error500(), onPatch(noConnection)],
      requests: 'PATCH GET PATCH',
      says: ['ECONNREFUSED', 'Pending when last read; an attempt may still take effect.'],
      outputs: { status: '' },
    },
    {
      name: 'an invite that does not exist is not reported as State unknown',
      invites: [],
      requests: 'PATCH GET',
      says: ['code 7003: Could not route to'],
      hints: ['has no such invite or membership'],
      outputs: { id: ID, status: '', organization_name: '' },
    },
    {
      name: 'an invite that is refused and then missing is not reported as State unknown',
      invites: [],
      responses: [refused],
      requests: 'PATCH GET',
      says: ['code 1010'],
      outputs: { status: '' },
    },
    {
      name: 'the error of a refusal shows every detail that Cloudflare sends',
      responses: [
        http(403, {
          success: false,
          errors: [
            {
              code: 1010,
              message: 'Not for you',
              documentation_url: 'https://developers.cloudflare.com/x',
              source: { pointer: '/status' },
              error_chain: [{ code: 1011, message: 'Because' }, { message: '' }],
            },
            {},
          ],
        }),
      ],
      requests: 'PATCH GET',
      says: [
        'code 1010: Not for you > code 1011: Because > no code: no message (at /status) (see https://developers.cloudflare.com/x).',
        'Cloudflare: no code: no message.',
      ],
      outputs: { status: 'pending' },
    },
    {
      name: 'an invite without an organization_name is named by its id',
      invites: [invite(1, { status: 'expired', organization_name: '' })],
      requests: 'PATCH GET',
      title: `Invite ${ID} cannot be accepted`,
    },
  ]),
  ...sharing({ exit: 1, says: ['State unknown'], outputs: { status: '' } }, [
    {
      name: 'State unknown: an earlier PATCH may have taken effect',
      inputs: { retries: '1' },
      responses: [applied(dropped), always(noConnection)],
      requests: 'PATCH GET PATCH GET',
      onServer: ['accepted'],
    },
    {
      name: 'State unknown: an invite that was accepted without a response cannot be read',
      inputs: { retries: '1' },
      responses: [applied(dropped), always(html502())],
      requests: 'PATCH GET PATCH GET',
      onServer: ['accepted'],
    },
    {
      name: 'State unknown: a listed invite cannot be read after a failed PATCH',
      inputs: { ...ALL, retries: '1' },
      responses: [ownResponse, always(error500())],
      requests: 'GET PATCH GET PATCH GET',
      title: 'Acme, Inc.',
      outputs: { status: '', organization_name: 'Acme, Inc.' },
    },
    {
      name: 'State unknown: an invite is missing after an attempt of unknown effect',
      responses: [error500(), always(gone)],
      requests: 'PATCH GET PATCH GET',
      says: ['code 1003: Invite not found', 'State unknown'],
    },
    {
      name: 'an invite that is missing after a refusal is not reported as unchanged',
      responses: [refused, gone],
      requests: 'PATCH GET',
      says: ['code 1010: Not for you'],
      neverSays: ['State unknown', 'Not changed by this step'],
    },
    {
      name: 'a status is dropped after a later attempt that is refused because of the invite',
      responses: [http(504), ownResponse, http(400, 'no'), error500()],
      requests: 'PATCH GET PATCH GET',
    },
    {
      name: 'a status is dropped after a later attempt of unknown effect',
      inputs: { retries: '1' },
      responses: [http(504), ownResponse, http(504), error500()],
      requests: 'PATCH GET PATCH GET',
    },
  ]),
  ...sharing({ exit: 1, requests: 'PATCH GET', outputs: { status: '' } }, [
    {
      name: 'an invite that is refused and cannot be read is reported as not changed by this step',
      responses: [refused, error500()],
      says: ['Not changed by this step.'],
      summary: ['Not changed by this step'],
    },
    {
      name: 'a pending invite after an attempt of unknown effect is reported with that attempt',
      inputs: { retries: '0' },
      responses: [http(504)],
      says: ['Pending when last read; an attempt may still take effect.'],
    },
  ]),
  {
    name: 'an invite that was never read and met 429 is reported as not changed by this step',
    inputs: { retries: '0' },
    responses: [http(429, '', { 'retry-after': '1' })],
    requests: 'PATCH',
    exit: 1,
    logs: ['failed. Cloudflare’s rate limit ended the step. Not changed by this step.'],
    neverSays: ['State unknown'],
  },
  {
    name: 'refused credentials are not followed by a read, although an earlier attempt had an unknown effect',
    responses: [http(504), error500(), envelopeFailure(403, { code: 9109, message: 'Invalid access token' })],
    requests: 'PATCH GET PATCH',
    exit: 1,
    title: 'Cloudflare refused the credentials',
    says: [`State unknown: ${ID}.`],
  },

  // The filters check every read
  ...sharing({ inputs: GUARDED, exit: 1, title: 'is outside the policy', outputs: { changed: 'false' } }, [
    {
      name: 'an invite that a read-back shows in another organization gets no second PATCH',
      responses: [ownResponse, http(503), shows({ organization_name: 'Evil' })],
      requests: 'GET PATCH GET',
      says: [
        'no further attempt was made: organization-name does not match ("Evil"). Pending when last read; an attempt may still take effect.',
        'HTTP 503',
      ],
      hints: ['Look at it in Cloudflare’s dashboard'],
    },
    {
      name: 'an invite that is refused and then read outside the policy gets no second PATCH',
      responses: [ownResponse, http(409), shows({ organization_name: 'Evil' })],
      requests: 'GET PATCH GET',
      says: ['Pending when last read; this step has not changed it.'],
    },
    {
      name: 'an accepted invite that the first read shows outside the policy fails',
      invites: [invite(1, { status: 'accepted', organization_name: 'Evil' })],
      requests: 'GET',
      says: ['It was left untouched'],
    },
  ]),
  ...sharing({ exit: 1, title: 'is outside the policy', inputs: { roles: 'DNS', retries: '1' } }, [
    ...[{ roles: ['DNS', 'Super Administrator'] }, { roles: 7 }].map((changes) => ({
      name: `in list mode, an invite gets no second PATCH after a read-back that shows ${JSON.stringify(changes)}`,
      responses: [ownResponse, http(503), shows(changes)],
      requests: 'GET PATCH GET',
      says: ['no further attempt was made: roles does not match'],
    })),
  ]),
  ...sharing({ exit: 0, outcomes: ['changed'], outputs: { status: 'accepted' } }, [
    {
      name: 'a response with a role that the policy does not allow is a warning',
      inputs: { roles: 'DNS' },
      responses: [ownResponse, shows({ roles: ['DNS', 'Super Administrator'] })],
      requests: 'GET PATCH',
      annotations: [`warning: Invite Acme, Inc. (${ID}) is accepted, but outside the policy`],
      says: ['roles does not match ("Super Administrator"). It has changed since this step selected it.'],
    },
    {
      name: 'a response without the field of a filter keeps the earlier value',
      inputs: { roles: 'DNS' },
      responses: [ownResponse, shows({ roles: undefined })],
      requests: 'GET PATCH',
    },
    {
      name: 'a read-back that shows the desired status outside the policy is a warning',
      inputs: GUARDED,
      responses: [ownResponse, applied(http(503)), shows({ organization_name: 'Evil' })],
      requests: 'GET PATCH GET',
      annotations: ['warning: is accepted, but outside the policy'],
    },
  ]),
  {
    name: 'a dry run by id says that a pending invite has expired',
    inputs: { 'dry-run': 'true' },
    responses: [shows({ expires_on: hoursFromStart(-1) })],
    needsVirtualTime: true,
    requests: 'GET',
    exit: 0,
    outcomes: ['planned'],
    annotations: ['warning: is pending, but its date has passed'],
    says: [`it expired at ${hoursFromStart(-1)}`],
  },

  // Several invites
  ...sharing({ invites: invites(5), server: { latencyMs: 40 }, exit: 0, outcomes: Array(5).fill('changed') }, [
    {
      name: 'four requests are in flight at a time',
      inputs: { 'invite-id': idsTo(5) },
      requests: 'PATCH PATCH PATCH PATCH PATCH',
      atMs: [0, 0, 0, 0, 40],
    },
    {
      name: 'four requests are in flight at a time with filters beside invite-id',
      inputs: { 'invite-id': idsTo(5), roles: 'DNS' },
      requests: 'GET GET GET GET PATCH PATCH PATCH PATCH GET PATCH',
      atMs: [0, 0, 0, 0, 40, 40, 40, 40, 80, 120],
    },
    {
      name: 'the next invite starts as soon as one is done',
      inputs: { 'invite-id': idsTo(5) },
      server: {},
      responses: [late(100), late(10), late(100), late(100)],
      requests: 'PATCH PATCH PATCH PATCH PATCH',
      atMs: [0, 0, 0, 0, 10],
      logs: [`[1/5] Acme, Inc. (${inviteId(2)})`, `[2/5] Acme, Inc. (${inviteId(5)})`, `[3/5] Acme, Inc. (${ID})`],
    },
  ]),
  {
    name: 'at most 10 errors are shown, of which the last counts the rest',
    inputs: { 'invite-id': [ID, ...MISSING].join(','), 'dry-run': 'true' },
    requests: `GET${' GET'.repeat(12)}`,
    exit: 1,
    annotations: [...Array(9).fill('error: Could not read invite missing-'), 'error: 3 more failures'],
    says: ['missing-10', 'The summary of the job lists all of them.'],
    outcomes: ['planned', ...Array(12).fill('failed')],
    summary: MISSING.map((id) => `Could not read invite ${id}`),
  },
  {
    name: 'the error that stops the step comes first among 10 errors',
    inputs: { 'invite-id': [...MISSING.slice(0, 10), ID].join(' '), 'dry-run': 'true' },
    server: { revokeAfter: 10 },
    requests: `GET${' GET'.repeat(10)}`,
    exit: 1,
    annotations: [
      'error: Cloudflare refused the credentials',
      ...Array(8).fill('error: Could not read invite missing-'),
      'error: 2 more failures',
    ],
  },
  {
    name: 'a message that is too long is cut before its hint',
    responses: [
      http(403, {
        success: false,
        errors: Array.from({ length: 12 }, (_, at) => ({ code: 2_000 + at, message: 'x'.repeat(900) })),
      }),
    ],
    requests: 'PATCH GET',
    exit: 1,
    says: ['code 2000: xxx', 'code 2001: xxx', '…\nWhat to do: '],
  },
  ...sharing({ exit: 1 }, [
    {
      name: 'several invites keep their order, and repeated ids count once',
      inputs: { 'invite-id': `${inviteId(2)}, ${ID}\nnobody\t${inviteId(3)},,${ID} ${inviteId(2)}` },
      invites: [invite(1), invite(2, { status: 'accepted' }), invite(3, { status: 'expired' })],
      server: { latencyMs: 20 },
      requests: 'PATCH PATCH PATCH PATCH GET GET GET',
      annotations: ['error: nobody', `error: Acme, Inc. (${inviteId(3)})`],
      says: ['code 7003', 'has expired'],
      outcomes: ['unchanged', 'changed', 'failed', 'failed'],
      outputs: { invite_ids: JSON.stringify([inviteId(2), ID, 'nobody', inviteId(3)]), changed: 'true' },
      logs: [
        'Trying to accept 4 invitations',
        '[1/4]',
        '[4/4]',
        'nobody: failed. PATCH /user/invites/nobody failed: HTTP 400',
      ],
      summary: ['Cloudflare invites: 1 accepted, 1 already accepted, 2 failed'],
    },
    {
      name: 'HTTP 403 fails only its own invite',
      inputs: BOTH,
      invites: [invite(1), invite(2, { organization_name: 'Blue & Söhne' })],
      responses: [onPatch(refused)],
      requests: 'PATCH PATCH GET',
      title: ID,
      says: ['code 1010: Not for you'],
      outcomes: ['failed', 'changed'],
      summary: ['Blue &amp; Söhne'],
      onServer: ['pending', 'accepted'],
    },
  ]),

  // Dry runs
  ...sharing({ inputs: { 'dry-run': 'true' }, requests: 'GET', exit: 0 }, [
    {
      name: 'a dry run reads a pending invite once and plans',
      outcomes: ['planned'],
      outputs: { status: 'pending', changed: 'false' },
      sends: { body: '', headers: { accept: 'application/json', 'content-type': undefined } },
      onServer: ['pending'],
    },
    {
      name: 'a dry run of a listed invite sends only the list request',
      inputs: { ...ALL, 'dry-run': 'true' },
      outcomes: ['planned'],
      paths: ['/user/invites?page=1&per_page=50'],
      logs: ['Dry run: 1 invitation', 'would be accepted'],
      summary: ['(dry run): 1 would be accepted'],
    },
    {
      name: 'a dry run of an accepted invite is unchanged',
      invites: [invite(1, { status: 'accepted' })],
      outcomes: ['unchanged'],
    },
    {
      name: 'a dry run fails for an invite that expires at this moment',
      invites: [invite(1, { expires_on: hoursFromStart(0) })],
      exit: 1,
      says: ['has expired'],
      outputs: { status: 'expired' },
    },
    {
      name: 'a dry run reads again after a failure',
      responses: [html502()],
      requests: 'GET GET',
      outcomes: ['planned'],
    },
    {
      name: 'a dry run that cannot read the invite fails',
      inputs: { 'dry-run': 'true', retries: '2' },
      responses: [always(error500())],
      requests: 'GET GET GET',
      exit: 1,
      title: `Could not read invite ${ID}`,
      says: ['HTTP 500 (3 attempts)'],
      outputs: { status: '' },
    },
  ]),

  // Filters beside an id
  {
    name: 'filters beside invite-id read the invite before its PATCH',
    inputs: { 'invite-id': ID, roles: 'DNS' },
    requests: 'GET PATCH',
    exit: 0,
    paths: [`/user/invites/${ID}`, `/user/invites/${ID}`],
    outcomes: ['changed'],
  },
  {
    name: 'a dry run plans an invite that the filters beside invite-id match',
    inputs: { 'invite-id': ID, roles: 'DNS', 'dry-run': 'true' },
    requests: 'GET',
    exit: 0,
    outcomes: ['planned'],
  },
  {
    name: 'filters beside invite-id leave an invite untouched that cannot be read',
    inputs: { 'invite-id': ID, roles: 'DNS', retries: '1' },
    responses: [always(error500())],
    requests: 'GET GET',
    exit: 1,
    onServer: ['pending'],
  },
  ...sharing({ requests: 'GET', exit: 1, title: `Invite Acme, Inc. (${ID}) is outside the policy` }, [
    {
      name: 'an invite outside the policy is left untouched, and another one is accepted',
      inputs: { ...BOTH, 'invited-by': '*@acme.example' },
      invites: [invite(1, { invited_by: 'someone@unknown.example' }), invite(2), invite(3)],
      requests: 'GET GET PATCH',
      says: ['left untouched', 'invited-by does not match ("someone@unknown.example")'],
      hints: ['the filters must match too'],
      outcomes: ['failed', 'changed'],
      onServer: ['pending', 'accepted', 'pending'],
    },
    {
      name: 'an accepted invite outside the policy fails as well',
      inputs: { 'invite-id': ID, roles: '*\n!DNS' },
      invites: [invite(1, { status: 'accepted' })],
      message: [
        `Invite Acme, Inc. (${ID}) is outside the policy. It was left untouched: roles excludes it ("DNS").`,
        'What to do: With invite-id, the filters must match too. Check the id, or change the filter.',
      ].join('\n'),
      outputs: { status: 'accepted' },
    },
    {
      name: 'a dry run fails for an invite that the filters beside invite-id do not match',
      inputs: { 'invite-id': ID, roles: 'Billing', 'dry-run': 'true' },
      outputs: { status: 'pending' },
    },
  ]),
];
