import { echoCredentials } from '../../sandbox/cloudflare.ts';
import { CREDENTIALS, invite } from '../run.ts';
import { ALL, always, type Case, http, ID, sharing, shows } from './case.ts';

const { token, email, key } = CREDENTIALS;
const BY_KEY = { 'api-token': undefined, 'api-email': email, 'api-key': key };
const ODD = 'abc"def\\ghi"jkl\\mno"pqr';
const SCHEMES = [
  ['token', token, {}],
  ['key', key, BY_KEY],
] as const;

/** In the environment of a step that needs no proxy. */
const proxied = (password: string) => ({ https_proxy: `http://user:${encodeURIComponent(password)}@proxy.example:8` });

/** Responses that repeat a credential. For every case, `check.ts` checks that no part of one is shown. */
export const cases: readonly Case[] = [
  ...SCHEMES.flatMap(([scheme, secret, inputs]) => [
    ...[400, 403, 500].map(
      (status): Case => ({
        name: `the ${scheme} is hidden where an error ${status} repeats it`,
        inputs: { ...inputs, retries: '0' },
        responses: [always(echoCredentials(status))],
        requests: 'PATCH GET',
        exit: 1,
        masks: [secret],
        says: ['Invalid request: headers were', '***'],
        logs: ['PATCH'],
        summary: ['***'],
      }),
    ),
    ...sharing({ inputs, requests: 'PATCH', exit: 0 }, [
      {
        name: `the ${scheme} is hidden where the invite repeats it`,
        responses: [
          shows({
            organization_name: `Acme ${secret} Inc.`,
            invited_by: `x${secret.toUpperCase()}@example.com`,
            // Not even half of it.
            roles: ['DNS', secret.slice(4, 16), `${secret}${secret}`],
            organization_id: secret,
          }),
        ],
        annotations: ['warning: Values in the outputs were altered'],
        says: ['in organization_id, organization_name, roles, invited_by; "***"'],
        outputs: { organization_name: 'Acme *** Inc.', organization_id: '***', roles: '["DNS","***","******"]' },
        logs: ['Acme *** Inc.'],
        summary: ['Acme *** Inc.'],
      },
      { name: `the ${scheme} is the only value that is hidden`, masks: [secret] },
    ]),
  ]),
  ...sharing({ inputs: { retries: '0' }, requests: 'PATCH GET', exit: 1, says: ['***'], summary: ['***'] }, [
    {
      name: 'the token is hidden where an HTML page repeats it',
      responses: [always(http(502, `<html><head><title>${token}</title></head></html>`))],
    },
    { name: 'the token is hidden where a text repeats it', responses: [always(http(502, `upstream said ${token}`))] },
    {
      name: 'the token is hidden where a problem body repeats it',
      responses: [always(http(502, { cloudflare_error: true, title: token, status: 502, detail: `Bearer ${token}` }))],
    },
  ]),
  {
    name: 'a key with characters that JSON escapes is hidden',
    inputs: { ...BY_KEY, 'api-key': ODD },
    server: { credentials: { email, key: ODD } },
    responses: [shows({ organization_name: `Acme ${ODD}`, roles: [ODD] })],
    requests: 'PATCH',
    exit: 0,
    annotations: ['warning: Values in the outputs were altered'],
    outputs: { organization_name: 'Acme ***', roles: '["***"]' },
  },
  ...sharing({ env: proxied('00000000'), exit: 0, annotations: ['warning: Values in the outputs were altered'] }, [
    {
      name: 'an invite is responded to by an id that holds the password of a proxy',
      requests: 'PATCH',
      outputs: { id: ID, organization_id: 'acc***acce' },
    },
    {
      name: 'an invite is listed whose id holds the password of a proxy',
      inputs: ALL,
      requests: 'GET PATCH',
      outputs: { id: ID, invite_ids: `["${ID}"]` },
    },
  ]),
  ...SCHEMES.map(
    ([scheme, secret, inputs]): Case => ({
      name: `an invite whose id holds a part of the ${scheme} is skipped, and the others are responded to`,
      inputs: { ...ALL, ...inputs },
      invites: [invite(1), { ...invite(2), id: `0${secret.slice(3, 12).toUpperCase()}0` }],
      requests: 'GET PATCH',
      exit: 0,
      annotations: ['warning: 1 entry of the list could not be used'],
      says: ['an entry of Acme, Inc. whose id holds a part of a credential (it is not shown)'],
      outputs: { matched_count: '1', id: ID },
      onServer: ['accepted', 'pending'],
    }),
  ),
  ...SCHEMES.map(
    ([scheme, secret, inputs]): Case => ({
      name: `an invite-id that holds a part of the ${scheme} is refused and not shown`,
      inputs: { ...inputs, 'invite-id': `${ID} 0${secret.slice(3, 12)}0` },
      requests: '',
      exit: 1,
      message:
        'The inputs cannot be used. Nothing was sent to Cloudflare.\ninvite-id has an entry that holds a part of a credential (its value is not shown). Remove it.',
    }),
  ),
  ...SCHEMES.flatMap(([scheme, secret, inputs]): readonly Case[] => [
    {
      name: `a part of the ${scheme} in a filter that is refused is not shown`,
      inputs: { ...inputs, roles: `"${secret.slice(3, 12)}"` },
      requests: '',
      exit: 1,
      says: ['roles has an entry that holds a part of a credential (its value is not shown). Remove it.'],
    },
    {
      name: `a part of the ${scheme} in a filter is not shown`,
      inputs: { ...inputs, 'organization-name': `Acme*\n!x${secret.slice(3, 12)}x`, roles: '*' },
      requests: 'GET PATCH',
      exit: 0,
      logs: ['Policy: organization-name Acme* but not x***x; roles *'],
      summary: ['but not x***x'],
    },
  ]),
  ...['', 'false'].map(
    (value): Case => ({
      name: `with GITHUB_ACTIONS ${JSON.stringify(value)} no credential is printed, not even to mask it`,
      env: { GITHUB_ACTIONS: value },
      requests: 'PATCH',
      exit: 0,
      masks: [],
    }),
  ),
  {
    name: 'a credential of fewer than eight characters is left to the mask of the runner',
    inputs: { 'api-token': 'changed' },
    server: { credentials: { token: 'changed' } },
    requests: 'PATCH',
    exit: 0,
    masks: ['changed'],
    outputs: { changed: 'true' },
    summary: ['1 accepted'],
  },
  {
    name: 'the e-mail address is not hidden',
    inputs: BY_KEY,
    invites: [invite(1, { invited_member_email: email })],
    requests: 'PATCH',
    exit: 0,
    masks: [key],
    outputs: { id: ID, invited_member_email: email },
  },
];
