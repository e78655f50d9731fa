import { envelopeFailure, tooManyRequests } from '../../sandbox/cloudflare.ts';
import { CREDENTIALS, inviteId, invites } from '../run.ts';
import { ALL, type Case, http, ID, idsTo, late, onInvite } from './case.ts';

const { token, email, key } = CREDENTIALS;
const BY_KEY = { 'api-token': undefined, 'api-email': email, 'api-key': key };
const NO_TOKEN = { 'api-token': undefined };
const OF_OTHERS = {
  CLOUDFLARE_API_TOKEN: 'token-of-somebody-else',
  CLOUDFLARE_API_KEY: 'key-of-somebody-else',
  CLOUDFLARE_EMAIL: 'somebody-else@example.com',
};
const TITLE = 'Cloudflare refused the credentials';

/** Which credentials a step uses, and what it does when they are refused. */
export const cases: readonly Case[] = [
  {
    name: 'refused credentials end a dry run with one request',
    inputs: { 'dry-run': 'true' },
    server: { revokeAfter: 0 },
    requests: 'GET',
    exit: 1,
    title: TITLE,
  },
  {
    name: 'refused credentials end a list with one request',
    inputs: ALL,
    server: { revokeAfter: 0 },
    requests: 'GET',
    exit: 1,
    title: TITLE,
    says: ['HTTP 401'],
    outputs: { invites: '[]' },
  },
  {
    name: 'refused credentials keep the status of a listed invite in the output',
    inputs: ALL,
    server: { revokeAfter: 1 },
    requests: 'GET PATCH',
    exit: 1,
    title: TITLE,
    neverSays: ['State unknown'],
    outcomes: ['failed'],
    outputs: { status: 'pending' },
  },
  {
    name: 'refused credentials stop several invites with one error and four requests',
    inputs: { 'invite-id': idsTo(9) },
    invites: invites(9),
    server: { latencyMs: 50, revokeAfter: 0 },
    requests: 'PATCH PATCH PATCH PATCH',
    exit: 1,
    title: TITLE,
    says: [`\nNot attempted: ${[5, 6, 7, 8, 9].map(inviteId).join(', ')}.\nCloudflare: `],
    neverSays: ['State unknown'],
    outcomes: [...Array(4).fill('failed'), ...Array(5).fill('not_attempted')],
    outputs: { matched_count: '9', failed_count: '9' },
    logs: ['not attempted.'],
  },
  {
    name: 'refused credentials end the wait for a retry of another invite',
    inputs: { 'invite-id': `${ID} ${inviteId(2)}` },
    invites: invites(2),
    responses: [
      onInvite(1, http(503, 'down', { 'retry-after': '60' })),
      onInvite(2, { ...envelopeFailure(401), delayMs: 1_000 }),
    ],
    requests: 'PATCH PATCH',
    exit: 1,
    annotations: [`error: ${TITLE}`, `error: Could not accept invite ${ID}`],
    says: [
      `Could not accept invite ${ID}. PATCH /user/invites/${ID} failed: HTTP 503 with text: "down". State unknown.`,
    ],
    tookMs: 1_000,
  },
  {
    name: 'refused credentials end a pause for a rate limit',
    inputs: { 'invite-id': idsTo(2) },
    invites: invites(2),
    responses: [onInvite(1, tooManyRequests({ retryAfter: 60 })), onInvite(2, envelopeFailure(401))],
    requests: 'PATCH PATCH',
    exit: 1,
    title: TITLE,
    outcomes: ['failed', 'failed'],
    tookMs: 0,
  },
  {
    name: 'refused credentials do not abort a request in flight',
    inputs: { 'invite-id': `${ID} ${inviteId(2)}` },
    invites: invites(2),
    responses: [onInvite(1, late(20_000)), onInvite(2, envelopeFailure(401))],
    requests: 'PATCH PATCH',
    exit: 1,
    title: TITLE,
    outcomes: ['changed', 'failed'],
  },

  // The credentials of a step
  ...(
    [
      ['the input api-token', { 'api-token': token }, {}, 'token'],
      ['the inputs api-email and api-key', BY_KEY, {}, 'key'],
      ['CLOUDFLARE_API_TOKEN', NO_TOKEN, { CLOUDFLARE_API_TOKEN: token }, 'token'],
      [
        'CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL',
        NO_TOKEN,
        { CLOUDFLARE_API_KEY: key, CLOUDFLARE_EMAIL: email },
        'key',
      ],
      [
        'the input api-key and CLOUDFLARE_EMAIL',
        { ...BY_KEY, 'api-email': undefined },
        { ...OF_OTHERS, CLOUDFLARE_EMAIL: email },
        'key',
      ],
      [
        'the input api-email and CLOUDFLARE_API_KEY',
        { ...BY_KEY, 'api-key': undefined },
        { ...OF_OTHERS, CLOUDFLARE_API_KEY: key },
        'key',
      ],
      ['the input api-token, whatever the environment has', { 'api-token': token }, OF_OTHERS, 'token'],
      ['the token without the white space around it', { 'api-token': ` ${token}\n` }, {}, 'token'],
    ] as const
  ).map(
    ([what, inputs, env, scheme]): Case => ({
      name: `a step uses ${what}`,
      inputs,
      env,
      requests: 'PATCH',
      exit: 0,
      sends: {
        headers:
          scheme === 'token'
            ? { authorization: `Bearer ${token}`, 'x-auth-email': undefined, 'x-auth-key': undefined }
            : { authorization: undefined, 'x-auth-email': email, 'x-auth-key': key },
      },
    }),
  ),
  {
    name: 'a step uses the token when the environment has both schemes, and a notice says so',
    inputs: NO_TOKEN,
    env: { ...OF_OTHERS, CLOUDFLARE_API_TOKEN: token },
    requests: 'PATCH',
    exit: 0,
    annotations: ['notice: Credentials'],
    says: ['The token is used.'],
    sends: { headers: { authorization: `Bearer ${token}`, 'x-auth-key': undefined } },
    masks: [token, OF_OTHERS.CLOUDFLARE_API_KEY],
  },
];
