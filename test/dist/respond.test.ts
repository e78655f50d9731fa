import { describe, expect, test } from 'vitest';
import { DEMO_IDS } from '../../sandbox/demo-account.ts';
import { CREDENTIALS, DistHarness, ID, invitesOf, onlyError, PENDING_IDS } from './step.ts';

const SINGLE_OUTPUTS = [
  'id',
  'status',
  'organization_id',
  'organization_name',
  'roles',
  'invited_by',
  'invited_on',
  'expires_on',
  'invited_member_id',
  'invited_member_email',
  'organization_is_enforcing_twofactor',
];

const none = Object.fromEntries(SINGLE_OUTPUTS.map((name) => [name, '']));

describe.concurrent('one invite', { timeout: 30_000 }, () => {
  test('accepting sends exactly one PATCH and sets every output', async () => {
    await using world = await DistHarness.open();
    const result = await world.step();
    const invite = world.sandbox.invite(ID);
    expect(invite).toMatchObject({ status: 'accepted', organization_name: 'Acme, Inc.', roles: ['DNS'] });
    expect(result).toMatchObject({ exitCode: 0, signal: null, stderr: '', annotations: [] });
    expect(result.outputs).toEqual({
      id: ID,
      status: 'accepted',
      organization_id: '9a7806061c88ada191ed06f989cc3dac',
      organization_name: 'Acme, Inc.',
      roles: '["DNS"]',
      invited_by: 'it@acme.example',
      invited_on: invite?.invited_on,
      expires_on: invite?.expires_on,
      invited_member_id: '5a7805061c76ada191ed06f989cc3dac',
      invited_member_email: 'bot@example.net',
      organization_is_enforcing_twofactor: 'true',
      changed: 'true',
      matched_count: '1',
      changed_count: '1',
      failed_count: '0',
      invite_ids: JSON.stringify([ID]),
      invites: expect.any(String),
    });
    expect(invitesOf(result)).toEqual([{ ...invite, outcome: 'changed' }]);
    expect(world.sandbox.requests).toMatchObject([
      {
        method: 'PATCH',
        path: `/client/v4/user/invites/${ID}`,
        body: '{"status":"accepted"}',
        headers: {
          accept: 'application/json',
          'content-type': expect.stringMatching(/^application\/json\b/),
          'user-agent': expect.stringMatching(/^cloudflare-invite-action\/\d+\.\d+\.\d+$/),
        },
        appliedStatus: 'accepted',
      },
    ]);
    expect(result.summary).toContain('Acme, Inc.');
    expect(result.summary).toContain('changed (<code>accepted</code>)');
    expect(result.log.join('\n')).toContain(`[1/1] Acme, Inc. (${ID}): accepted.`);
  });

  test('accepting again succeeds and changes nothing', async () => {
    await using world = await DistHarness.open();
    await world.step();
    const result = await world.step();
    expect(result).toMatchObject({ exitCode: 0, annotations: [] });
    expect(result.outputs).toMatchObject({
      id: ID,
      status: 'accepted',
      organization_name: 'Acme, Inc.',
      changed: 'false',
      matched_count: '1',
      changed_count: '0',
      failed_count: '0',
    });
    expect(invitesOf(result)).toMatchObject([{ id: ID, outcome: 'unchanged' }]);
    expect(world.sent).toEqual([`PATCH ${ID}`, `PATCH ${ID}`, `GET ${ID}`]);
  });

  test('rejecting what is accepted fails and says "already accepted" with code, message, hint and cf-ray', async () => {
    await using world = await DistHarness.open();
    await world.step();
    const result = await world.step({ with: { status: 'rejected' } });
    const { title, message } = onlyError(result);
    expect(title).toContain('Acme, Inc.');
    expect(message).toContain('already accepted');
    expect(message).toContain('code 1001: Invalid request: invitation is already accepted');
    expect(message).toContain('HTTP 400');
    expect(message).toContain(`PATCH /user/invites/${ID}`);
    expect(message).toMatch(/^What to do: \S/m);
    expect(message).toContain(`cf-ray: ${world.lastRay(({ method }) => method === 'PATCH')}`);
    expect(message).not.toContain('State unknown');
    expect(world.statusOf(ID)).toBe('accepted');
    expect(result.outputs).toMatchObject({ status: 'accepted', changed: 'false', failed_count: '1' });
    expect(invitesOf(result)).toMatchObject([
      { id: ID, outcome: 'failed', error: expect.stringContaining('already accepted') },
    ]);
    expect(result.summary).toContain('already accepted');
  });

  test('rejecting sends exactly one PATCH and ends with the invite rejected', async () => {
    await using world = await DistHarness.open();
    const result = await world.step({ with: { status: 'rejected' } });
    expect(result).toMatchObject({ exitCode: 0, annotations: [] });
    expect(result.outputs).toMatchObject({ id: ID, status: 'rejected', changed: 'true', changed_count: '1' });
    expect(world.sandbox.requests).toMatchObject([{ method: 'PATCH', body: '{"status":"rejected"}' }]);
    expect(world.statusOf(ID)).toBe('rejected');
  });

  test('a success that shows the invite as another answered it is no success', async () => {
    await using world = await DistHarness.open({ answeredTwice: 'same' });
    const result = await world.step({ with: { status: 'rejected', 'invite-id': DEMO_IDS.accepted, retries: '0' } });
    expect(onlyError(result).message).toContain('already accepted');
    expect(world.statusOf(DEMO_IDS.accepted)).toBe('accepted');
  });

  test('an expired invite fails and says so', async () => {
    await using world = await DistHarness.open();
    const result = await world.step({ with: { 'invite-id': DEMO_IDS.expired } });
    expect(onlyError(result).message).toMatch(/expired.*What to do: .*new one/s);
    expect(result.outputs).toMatchObject({ id: DEMO_IDS.expired, status: 'expired', organization_name: 'Initech' });
    expect(world.sent).toEqual([`PATCH ${DEMO_IDS.expired}`, `GET ${DEMO_IDS.expired}`]);
  });

  test('an invite that this user does not have fails with the hint and without another PATCH', async () => {
    await using world = await DistHarness.open();
    const result = await world.step({ with: { 'invite-id': 'nobody-has-this' } });
    const { message } = onlyError(result);
    expect(message).toContain('code 7003: Could not route to');
    expect(message).toMatch(/What to do: .*has no such invite/);
    expect(world.sent.filter((request) => request.startsWith('PATCH'))).toHaveLength(1);
    expect(result.outputs).toMatchObject({ id: 'nobody-has-this', status: '', organization_name: '' });
  });

  test('a field that Cloudflare leaves out is an empty output', async () => {
    await using world = await DistHarness.open({
      invites: [{ id: ID, status: 'pending', organization_id: 'o', invited_member_id: null }],
    });
    const result = await world.step();
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ ...none, id: ID, status: 'accepted', organization_id: 'o' });
  });

  test('a base URL with a slash at its end reaches the same address', async () => {
    await using world = await DistHarness.open();
    expect(await world.step({ with: { 'api-base-url': `${world.url}/` } })).toMatchObject({ exitCode: 0 });
    expect(world.sandbox.requests).toMatchObject([{ path: `/client/v4/user/invites/${ID}` }]);
  });
});

describe.concurrent('several invites', { timeout: 30_000 }, () => {
  test('each is answered once, and the outputs keep the order and drop repetitions', async () => {
    const { agency, accepted, expired } = DEMO_IDS;
    await using world = await DistHarness.open({ faults: [{ on: { id: ID }, delayMs: 60 }] });
    const result = await world.step({
      with: { 'invite-id': `${ID}, ${accepted}\nnobody-has-this\t${agency},,${ID} ${expired}\n${agency}` },
    });
    expect(result.exitCode).toBe(1);
    expect(JSON.parse(result.outputs.invite_ids ?? '')).toEqual([ID, accepted, 'nobody-has-this', agency, expired]);
    expect(result.outputs).toMatchObject({
      ...none,
      changed: 'true',
      matched_count: '5',
      changed_count: '2',
      failed_count: '2',
    });
    const invites = invitesOf(result);
    expect(invites).toMatchObject([
      { id: ID, status: 'accepted', outcome: 'changed', organization_name: 'Acme, Inc.' },
      { id: accepted, status: 'accepted', outcome: 'unchanged' },
      { id: 'nobody-has-this', outcome: 'failed', error: expect.stringContaining('7003') },
      { id: agency, status: 'accepted', outcome: 'changed', organization_name: 'Blue Heron Agency – Müller & Söhne' },
      { id: expired, status: 'expired', outcome: 'failed', error: expect.stringContaining('expired') },
    ]);
    expect(invites.map((invite) => 'error' in invite)).toEqual([false, false, true, false, true]);
    expect(result.annotations).toMatchObject([
      { level: 'error', title: expect.stringContaining('nobody-has-this') },
      { level: 'error', title: expect.stringContaining('Initech') },
    ]);
    expect(world.sent.filter((request) => request.startsWith('PATCH')).toSorted()).toEqual(
      [ID, accepted, 'nobody-has-this', agency, expired].map((id) => `PATCH ${id}`).toSorted(),
    );
    expect(world.statusOf(DEMO_IDS.unexpected)).toBe('pending');
    expect(result.summary).toContain('Müller &amp; Söhne');
  });

  test('four requests are under way at a time, never more', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `invite-${index}`);
    await using world = await DistHarness.open({
      invites: ids.map((id) => ({ id, status: 'pending', organization_id: 'o', invited_member_id: 'm' })),
      latencyMs: 25,
    });
    const result = await world.step({ with: { 'invite-id': ids.join('\n') } });
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed_count: '12', failed_count: '0' } });
    expect(world.sandbox.maxConcurrent).toBe(4);
    expect(world.sent.toSorted()).toEqual(ids.map((id) => `PATCH ${id}`).toSorted());
  });

  test('more than ten failures are ten annotations, of which the last counts the rest', async () => {
    const ids = Array.from({ length: 13 }, (_, index) => `missing-${index}`);
    await using world = await DistHarness.open();
    const result = await world.step({ with: { 'invite-id': [ID, ...ids].join(',') } });
    expect(result).toMatchObject({ exitCode: 1, droppedAnnotations: 0, outputs: { failed_count: '13' } });
    expect(result.annotations).toHaveLength(10);
    expect(result.annotations[9]?.title).toBe('4 more failures');
    expect(ids.filter((id) => !result.summary.includes(id))).toEqual([]);
    expect(world.statusOf(ID)).toBe('accepted');
  });
});

describe.concurrent('dry run', { timeout: 30_000 }, () => {
  test('a pending invite is read once, planned and left as it is', async () => {
    await using world = await DistHarness.open();
    const result = await world.step({ with: { 'dry-run': 'true' } });
    expect(result).toMatchObject({ exitCode: 0, annotations: [] });
    expect(world.sent).toEqual([`GET ${ID}`]);
    expect(world.statusOf(ID)).toBe('pending');
    expect(result.outputs).toMatchObject({ id: ID, status: 'pending', changed: 'false', changed_count: '0' });
    expect(invitesOf(result)).toMatchObject([{ id: ID, outcome: 'planned' }]);
  });

  test('an invite that has the wanted status already is unchanged', async () => {
    await using world = await DistHarness.open();
    const result = await world.step({ with: { 'dry-run': 'true', 'invite-id': DEMO_IDS.accepted } });
    expect(result).toMatchObject({ exitCode: 0, annotations: [] });
    expect(world.sent).toEqual([`GET ${DEMO_IDS.accepted}`]);
    expect(invitesOf(result)).toMatchObject([{ outcome: 'unchanged' }]);
  });

  test.for([
    { id: DEMO_IDS.accepted, status: 'rejected', says: 'already accepted' },
    { id: DEMO_IDS.expired, status: 'accepted', says: 'expired' },
  ])('an invite that is $says fails where $status is wanted', async ({ id, status, says }) => {
    await using world = await DistHarness.open();
    const result = await world.step({ with: { 'dry-run': 'true', 'invite-id': id, status } });
    expect(onlyError(result).message).toContain(says);
    expect(world.sent).toEqual([`GET ${id}`]);
  });
});

describe.concurrent('credentials', { timeout: 30_000 }, () => {
  const { token, email, key } = CREDENTIALS;
  const byToken = { authorization: `Bearer ${token}`, email: undefined, key: undefined };
  const byKey = { authorization: undefined, email, key };
  const others = {
    CLOUDFLARE_API_TOKEN: 'of-somebody-else',
    CLOUDFLARE_API_KEY: 'of-somebody-else',
    CLOUDFLARE_EMAIL: 'somebody-else@example.com',
  };

  test.for<{
    name: string;
    with?: Record<string, string>;
    env?: Record<string, string>;
    expected: typeof byToken | typeof byKey;
    notices?: number;
  }>([
    { name: 'the input api-token', with: { 'api-token': token }, expected: byToken },
    { name: 'the inputs api-email and api-key', with: { 'api-email': email, 'api-key': key }, expected: byKey },
    { name: 'the token of the environment', env: { CLOUDFLARE_API_TOKEN: token }, expected: byToken },
    {
      name: 'the key and e-mail of the environment',
      env: { CLOUDFLARE_API_KEY: key, CLOUDFLARE_EMAIL: email },
      expected: byKey,
    },
    {
      name: 'the input api-key with the e-mail of the environment, not its token',
      with: { 'api-key': key },
      env: { ...others, CLOUDFLARE_EMAIL: email },
      expected: byKey,
    },
    {
      name: 'the input api-email with the key of the environment, not its token',
      with: { 'api-email': email },
      env: { ...others, CLOUDFLARE_API_KEY: key },
      expected: byKey,
    },
    { name: 'the input api-token over the environment', with: { 'api-token': token }, env: others, expected: byToken },
    {
      name: 'the token where the environment has both, with a notice',
      env: { ...others, CLOUDFLARE_API_TOKEN: token },
      expected: byToken,
      notices: 1,
    },
    {
      name: 'the token without the white space around it',
      with: { 'api-token': ` ${token}\n` },
      expected: byToken,
    },
  ])('a step signs in with $name', async ({ with: inputs = {}, env = {}, expected, notices = 0 }) => {
    await using world = await DistHarness.open();
    const result = await world.step({ with: { 'api-token': undefined, ...inputs }, env });
    expect(result.exitCode).toBe(0);
    expect(
      world.sandbox.requests.map(({ headers }) => ({
        authorization: headers.authorization,
        email: headers['x-auth-email'],
        key: headers['x-auth-key'],
      })),
    ).toEqual([expected]);
    expect(result.annotations.map(({ level }) => level)).toEqual(Array(notices).fill('notice'));
  });

  test('the summary and outputs are the same whichever scheme a step uses', async () => {
    await using world = await DistHarness.open();
    const inputs = { 'invite-id': PENDING_IDS.join(' '), 'dry-run': 'true' };
    const one = await world.step({ with: inputs });
    const other = await world.step({ with: { ...inputs, 'api-token': undefined, 'api-email': email, 'api-key': key } });
    expect(other.outputs).toEqual(one.outputs);
    expect(other.summary).toBe(one.summary);
    expect(one.outputs.matched_count).toBe(String(PENDING_IDS.length));
  });
});
