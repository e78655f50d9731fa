import { describe, expect, test } from 'vitest';
import { envelopeFailure, type SandboxOptions } from '../../sandbox/cloudflare.ts';
import { DEMO_IDS } from '../../sandbox/demo-account.ts';
import { CREDENTIALS, DistHarness, ID, invitesOf, onlyError } from './step.ts';

const IDS = Array.from({ length: 9 }, (_, index) => `invite-${index}`);
const invites = IDS.map((id) => ({
  id,
  status: 'pending',
  organization_id: 'o',
  organization_name: `Organization ${id}`,
  invited_member_id: 'm',
}));
const forEver = { times: Number.POSITIVE_INFINITY };

describe.concurrent('refused credentials', { timeout: 30_000 }, () => {
  const { email, key } = CREDENTIALS;
  const byKey = { 'api-token': undefined, 'api-email': email, 'api-key': key };

  test.for<{
    name: string;
    with?: Record<string, string | undefined>;
    options?: Partial<SandboxOptions>;
    says: readonly string[];
    hint: RegExp;
  }>([
    {
      name: 'a token that nobody has',
      with: { 'api-token': 'cfut_nobody-has-this-token' },
      says: ['HTTP 401', 'code 1000: Invalid API Token'],
      hint: /rolled, deleted or has expired/,
    },
    {
      name: 'a token that cannot be one',
      with: { 'api-token': 'short' },
      says: ['HTTP 400', 'code 6003: Invalid request headers > code 6111: Invalid format for Authorization header'],
      hint: /malformed.*stray space.*api-token/,
    },
    {
      name: 'a token that belongs to an account',
      with: { 'api-token': 'cfat_token-of-an-account' },
      says: ['HTTP 403', 'code 9109: Valid user-level authentication not found'],
      hint: /owned by an account/,
    },
    {
      name: 'an invalid access token',
      options: {
        faults: [{ ...envelopeFailure(403, { code: 9109, message: 'Invalid access token' }), ...forEver }],
      },
      says: ['HTTP 403', 'code 9109: Invalid access token'],
      hint: /does not know this token/,
    },
    {
      name: 'a token without the permission, by 9109',
      options: { tokenRefusal: { as: 'resource' } },
      says: ['HTTP 403', 'code 9109: Unauthorized to access requested resource'],
      hint: /lacks a permission.*Memberships: Edit/,
    },
    {
      name: 'a token that is used from another address',
      options: { tokenRefusal: { as: 'location' } },
      says: ['HTTP 403', 'code 9109: Cannot use the access token from location: 203.0.113.7'],
      hint: /IP filter/,
    },
    {
      name: 'a token without the permission, by 10000',
      options: { tokenRefusal: { as: 'permission' } },
      says: [
        'HTTP 403',
        'code 10000: Authentication error',
        'https://developers.cloudflare.com/fundamentals/api/reference/permissions/',
      ],
      hint: /Memberships: Edit/,
    },
    {
      name: 'a token where a key is needed',
      options: { tokenRefusal: { as: 'scheme', on: 'PATCH' } },
      says: ['HTTP 405', 'code 10000: PATCH method not allowed for the api_token authentication scheme'],
      hint: /Use the Global API Key: inputs api-email and api-key/,
    },
    {
      name: 'a key that nobody has',
      with: { ...byKey, 'api-key': 'cfk_nobody-has-this-key' },
      says: ['HTTP 403', 'code 9103: Unknown X-Auth-Key or X-Auth-Email'],
      hint: /do not belong to the same user/,
    },
    {
      name: 'the e-mail address of another user',
      with: { ...byKey, 'api-email': 'somebody-else@example.com' },
      says: ['HTTP 403', 'code 9103: Unknown X-Auth-Key or X-Auth-Email'],
      hint: /do not belong to the same user/,
    },
    {
      name: 'a key that cannot be one',
      with: { ...byKey, 'api-key': 'not-hexadecimal' },
      says: ['HTTP 400', 'code 6003: Invalid request headers > code 6103: Invalid format for X-Auth-Key header'],
      hint: /malformed.*api-key/,
    },
    {
      name: 'an e-mail address that cannot be one',
      with: byKey,
      options: {
        faults: [
          {
            ...envelopeFailure(400, {
              code: 6003,
              message: 'Invalid request headers',
              error_chain: [{ code: 6102, message: 'Invalid format for X-Auth-Email header' }],
            }),
            ...forEver,
          },
        ],
      },
      says: ['HTTP 400', 'code 6102: Invalid format for X-Auth-Email header'],
      hint: /malformed.*api-email/,
    },
    {
      name: 'headers that got lost',
      options: {
        faults: [
          {
            ...envelopeFailure(400, {
              code: 9106,
              message: 'Missing X-Auth-Key, X-Auth-Email or Authorization headers',
            }),
            ...forEver,
          },
        ],
      },
      says: ['HTTP 400', 'code 9106: Missing X-Auth-Key, X-Auth-Email or Authorization headers'],
      hint: /saw no credentials/,
    },
    {
      name: 'too many authentication failures, even under a status that is retried',
      options: {
        faults: [{ ...envelopeFailure(429, { code: 10502, message: 'Too many authentication failures' }), ...forEver }],
      },
      says: ['HTTP 429', 'code 10502: Too many authentication failures'],
      hint: /Do not run this again before/,
    },
  ])(
    '$name stops the step with one annotation and at most four requests',
    async ({ with: inputs, options, says, hint }) => {
      await using world = await DistHarness.open({ invites, latencyMs: 20, ...options });
      const result = await world.step({ with: { 'invite-id': IDS.join(' '), ...inputs } });
      const { title, message } = onlyError(result);
      expect(title).toContain('refused the credentials');
      for (const text of says) expect(message).toContain(text);
      expect(/^What to do: (.*)$/m.exec(message)?.[1]).toMatch(hint);
      expect(message).toMatch(/cf-ray: [0-9a-f]{16}-FRA/);
      expect(world.sent.filter((request) => request.startsWith('PATCH')).length).toBeLessThanOrEqual(4);
      expect(world.sandbox.requests.every(({ method }) => method === 'PATCH')).toBe(true);
      expect(result.outputs).toMatchObject({ matched_count: '9', changed_count: '0', failed_count: '9' });
      const outcomes = invitesOf(result).map(({ outcome }) => outcome);
      expect(outcomes.slice(4)).toEqual(IDS.slice(4).map(() => 'not_attempted'));
      expect(outcomes.filter((outcome) => outcome === 'failed').length).toBeLessThanOrEqual(world.sent.length);
      expect(world.sandbox.invites().filter(({ status }) => status !== 'pending')).toEqual([]);
    },
  );

  test('a token that is revoked in the middle keeps what was answered and stops the rest', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `invite-${index}`);
    await using world = await DistHarness.open({
      invites: ids.map((id) => ({ id, status: 'pending', organization_id: 'o', invited_member_id: 'm' })),
      revokeAfter: 10,
      latencyMs: 5,
    });
    const result = await world.step({ with: { 'invite-id': ids.join(' ') } });
    expect(onlyError(result).message).toContain('code 1000: Invalid API Token');
    expect(world.sandbox.requests.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(4);
    expect(result.outputs).toMatchObject({ changed: 'true', changed_count: '10', failed_count: '20' });
    const outcomes = invitesOf(result).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'not_attempted').length).toBeGreaterThanOrEqual(16);
    expect(world.sandbox.invites().filter(({ status }) => status === 'accepted')).toHaveLength(10);
  });

  test('a 403 without such a code concerns its invite alone', async () => {
    const fault = { ...envelopeFailure(403, { code: 1003, message: 'Forbidden' }), on: { id: ID }, ...forEver };
    await using world = await DistHarness.open({ faults: [fault] });
    const result = await world.step({ with: { 'invite-id': `${ID} ${DEMO_IDS.agency}` } });
    const { title, message } = onlyError(result);
    expect(title).toContain(ID);
    expect(message).toContain('code 1003: Forbidden');
    expect(message).toMatch(/^What to do: .*Enterprise/m);
    expect(invitesOf(result)).toMatchObject([{ outcome: 'failed' }, { outcome: 'changed' }]);
  });
});

describe.concurrent('bad inputs', { timeout: 30_000 }, () => {
  const { token, email, key } = CREDENTIALS;
  const forks = /secrets are not passed to workflows started from forks or by Dependabot/;
  const noToken = { 'api-token': undefined };

  test.for<{
    name: string;
    with?: Record<string, string | undefined> | ((port: number) => Record<string, string | undefined>);
    env?: Record<string, string>;
    says: readonly (string | RegExp)[];
  }>([
    { name: 'no status', with: { status: undefined }, says: ['status is ""', 'accepted or rejected'] },
    { name: 'an unknown status', with: { status: 'accept' }, says: ['status is "accept"'] },
    { name: 'a status in capitals', with: { status: 'Accepted' }, says: ['status is "Accepted"'] },
    { name: 'no id', with: { 'invite-id': undefined }, says: [/invite-id/, /Write/] },
    { name: 'an id that is written but empty', with: { 'invite-id': '' }, says: ['invite-id is written but empty'] },
    { name: 'nothing but a comma as id', with: { 'invite-id': ',' }, says: ['invite-id is ","'] },
    { name: '../ in an id', with: { 'invite-id': `../invites/${ID}` }, says: ['invite-id is "../invites/'] },
    { name: 'an id with a query', with: { 'invite-id': `${ID.slice(0, 20)}?a=b` }, says: ['?a=b'] },
    { name: 'an id that is escaped', with: { 'invite-id': '%2e%2e' }, says: ['invite-id is "%2e%2e"'] },
    { name: 'an id of 33 characters', with: { 'invite-id': 'a'.repeat(33) }, says: ['at most 32'] },
    { name: 'one bad id among good ones', with: { 'invite-id': `${ID} a.b` }, says: ['invite-id is "a.b"'] },
    { name: 'retries of 3x', with: { retries: '3x' }, says: ['retries is "3x"', 'from 0 to 10'] },
    { name: 'eleven retries', with: { retries: '11' }, says: ['retries is "11"'] },
    { name: 'negative retries', with: { retries: '-1' }, says: ['retries is "-1"'] },
    { name: 'no time', with: { 'timeout-seconds': '0' }, says: ['timeout-seconds is "0"'] },
    { name: 'a time in scientific notation', with: { 'timeout-seconds': '1e3' }, says: ['timeout-seconds is "1e3"'] },
    { name: 'yes for a boolean', with: { 'dry-run': 'yes' }, says: ['dry-run is "yes"', 'true or false'] },
    { name: 'a base that is no URL', with: { 'api-base-url': 'client/v4' }, says: ['api-base-url is "client/v4"'] },
    {
      name: 'http to another host',
      with: { 'api-base-url': 'http://api.cloudflare.com/client/v4' },
      says: ['must use https'],
    },
    {
      name: 'http to a name that looks like loopback',
      with: (port) => ({ 'api-base-url': `http://localhost:${port}/client/v4` }),
      says: ['must use https'],
    },
    {
      name: 'credentials in the base URL',
      with: (port) => ({ 'api-base-url': `http://user:hunter2hunter2@127.0.0.1:${port}/client/v4` }),
      says: ['api-base-url holds an "@"'],
    },
    {
      name: 'a query in the base URL',
      with: (port) => ({ 'api-base-url': `http://127.0.0.1:${port}/client/v4?a=b` }),
      says: ['no query'],
    },
    {
      name: 'a newline inside the key',
      with: { ...noToken, 'api-email': email, 'api-key': `${key.slice(0, 12)}\n${key.slice(12)}` },
      says: ['api-key holds a space, a line break'],
    },
    {
      name: 'a space inside the token',
      with: { 'api-token': `Bearer ${token}` },
      says: ['api-token holds a space', 'without "Bearer"'],
    },
    {
      name: 'an e-mail that is none',
      with: { ...noToken, 'api-email': 'bot', 'api-key': key },
      says: ['api-email is no e-mail address'],
    },
    { name: 'no credential', with: noToken, says: ['There are no credentials', forks] },
    {
      name: 'a key without e-mail',
      with: { ...noToken, 'api-key': key },
      says: ['key and no e-mail', 'CLOUDFLARE_EMAIL'],
    },
    {
      name: 'an e-mail without key',
      with: { ...noToken, 'api-email': email },
      says: ['e-mail and no key', 'CLOUDFLARE_API_KEY', forks],
    },
    {
      name: 'half of a scheme in the environment',
      with: noToken,
      env: { CLOUDFLARE_EMAIL: email },
      says: ['no key', 'CLOUDFLARE_API_KEY', forks],
    },
    {
      name: 'inputs of both schemes',
      with: { 'api-email': email, 'api-key': key },
      says: ['two different schemes'],
    },
    { name: 'inputs of a token and a key', with: { 'api-key': key }, says: ['two different schemes'] },
    {
      name: 'a token that is written but empty, even where the environment has another credential',
      with: { 'api-token': '' },
      env: { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_API_KEY: key, CLOUDFLARE_EMAIL: email },
      says: ['api-token is written but empty', forks],
    },
    {
      name: 'a key that is written but empty, even where the environment has another credential',
      with: { ...noToken, 'api-email': email, 'api-key': '' },
      env: { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_API_KEY: key },
      says: ['api-key is written but empty', forks],
    },
    {
      name: 'an e-mail that is written but empty, even where the environment has another one',
      with: { ...noToken, 'api-email': ' ', 'api-key': key },
      env: { CLOUDFLARE_EMAIL: email },
      says: ['api-email is written but empty', forks],
    },
    {
      name: 'an empty token beside a good key',
      with: { 'api-token': '', 'api-email': email, 'api-key': key },
      says: ['api-token is written but empty', forks],
    },
    {
      name: 'an empty token in the environment beside a good key',
      with: noToken,
      env: { CLOUDFLARE_API_TOKEN: '', CLOUDFLARE_API_KEY: key, CLOUDFLARE_EMAIL: email },
      says: ['CLOUDFLARE_API_TOKEN is set in the environment but empty', forks],
    },
  ])('$name is refused before any request', async ({ with: inputs = {}, env = {}, says }) => {
    await using world = await DistHarness.open();
    const result = await world.step({ with: typeof inputs === 'function' ? inputs(world.port) : inputs, env });
    const { title, message } = onlyError(result);
    expect(title).toContain('inputs');
    for (const text of says) expect(message).toMatch(text);
    expect(world.sent).toEqual([]);
    expect(result.outputs).toMatchObject({ changed: 'false', matched_count: '0', invite_ids: '[]', invites: '[]' });
    expect(result.summary).toContain('inputs cannot be used');
    for (const secret of [token, key, 'hunter2']) expect(message).not.toContain(secret);
  });

  test('all bad inputs of a step are named at once', async () => {
    await using world = await DistHarness.open();
    const result = await world.step({
      with: {
        status: 'maybe',
        'invite-id': 'a/b c.d',
        'api-token': '',
        'api-key': 'two words',
        'dry-run': 'no',
        retries: '3x',
        'timeout-seconds': 'soon',
        'api-base-url': 'http://example.com',
      },
    });
    const { message } = onlyError(result);
    const problems = [
      'status is "maybe"',
      'invite-id is "a/b"',
      'invite-id is "c.d"',
      'api-token is written but empty',
      'api-key holds a space',
      'dry-run is "no"',
      'retries is "3x"',
      'timeout-seconds is "soon"',
      'api-base-url is "http://example.com"',
    ];
    for (const problem of problems) expect(message).toContain(problem);
    expect(world.sent).toEqual([]);
  });

  test.for(['dry-run', 'retries', 'timeout-seconds'])('%s that is empty takes its default', async (name) => {
    await using world = await DistHarness.open();
    expect(await world.step({ with: { [name]: '' } })).toMatchObject({ exitCode: 0, annotations: [] });
    expect(world.sent).toEqual([`PATCH ${ID}`]);
  });
});
