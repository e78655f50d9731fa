import { describe, expect, test } from 'vitest';
import type { CloudflareSandbox } from '../../sandbox/cloudflare.ts';
import { DEMO_IDS } from '../../sandbox/demo-account.ts';
import { findAct, findProgram, forAct, type JobRun, runWorkflow, type WorkflowRun } from './act.ts';
import { DEMO, edit, invites, json, readExample, TOKEN, tokenOf, user, WorkflowServers } from './servers.ts';

const SECRETS = { CLOUDFLARE_API_TOKEN: TOKEN };
const ACME = [DEMO_IDS.acmeDns, DEMO_IDS.acmeAdministrator];

function jobOf(run: WorkflowRun, jobId: string, matrixValue?: string): JobRun {
  const found = run.jobs.filter(
    (job) => job.jobId === jobId && (matrixValue === undefined || Object.values(job.matrix).includes(matrixValue)),
  );
  const [job] = found;
  if (job === undefined || found.length > 1) throw new Error(`${found.length} jobs ${jobId}\n${run.noise}`);
  return job;
}

/** The job of a run that has just one. */
function onlyJob(run: WorkflowRun): JobRun {
  const [job] = run.jobs;
  if (job === undefined || run.jobs.length > 1) throw new Error(`${run.jobs.length} jobs\n${run.noise}`);
  return job;
}

/** Results of the jobs by id, and by the values of a matrix. */
function results(run: WorkflowRun): Record<string, string> {
  return Object.fromEntries(
    run.jobs.map(({ jobId, matrix, result }) => [[jobId, ...Object.values(matrix)].join(' '), result]),
  );
}

/** Results of a job's steps by name. */
function steps(job: JobRun): Record<string, string | undefined> {
  return Object.fromEntries([...job.steps.values()].map(({ name, result }) => [name.trim(), result]));
}

function outputs(job: JobRun, stepId: string): Record<string, string> {
  const step = job.steps.get(stepId);
  if (step === undefined) throw new Error(`There is no step ${stepId} among ${[...job.steps.keys()].join(', ')}`);
  return step.outputs;
}

const errors = (job: JobRun) => job.annotations.filter(({ level }) => level === 'error');
const text = (job: JobRun): string => job.log.join('\n');

/** What was sent, without the base path. */
const sent = (sandbox: CloudflareSandbox): string[] =>
  sandbox.requests.map(({ method, path }) => `${method} ${path.replace('/client/v4/user/invites', '')}`);
const answered = (sandbox: CloudflareSandbox): string[] =>
  sandbox.requests
    .filter(({ appliedStatus }) => appliedStatus !== undefined)
    .map(({ path }) => path.split('/').at(-1) ?? '');

describe.concurrent('accept-one.yml', () => {
  const workflow = readExample('accept-one.yml');
  const inputs = { 'invite-id': DEMO_IDS.acmeDns, status: 'accepted', 'dry-run': 'false' };

  test('accepts with one PATCH', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(sandbox);
    const run = await world.run('accept-one.yml, accepted', {
      workflow,
      event: 'workflow_dispatch',
      inputs,
      secrets: SECRETS,
    });
    expect(run.exitCode, run.noise).toBe(0);
    expect(results(run)).toEqual({ answer: 'success' });
    expect(sent(sandbox)).toEqual([`PATCH /${DEMO_IDS.acmeDns}`]);
    expect(answered(sandbox)).toEqual([DEMO_IDS.acmeDns]);
    expect(sandbox.invite(DEMO_IDS.acmeDns)?.status).toBe('accepted');
    const job = onlyJob(run);
    expect(outputs(job, '0')).toMatchObject({
      status: 'accepted',
      organization_name: 'Acme, Inc.',
      roles: '["DNS"]',
      changed: 'true',
      matched_count: '1',
    });
    expect(job.annotations).toEqual([]);
    expect(job.summary).toContain('Acme, Inc.');
  });

  test('has defaults that accept', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(sandbox);
    const run = await world.run('accept-one.yml, only the id', {
      workflow,
      event: 'workflow_dispatch',
      inputs: { 'invite-id': DEMO_IDS.acmeDns },
      secrets: SECRETS,
    });
    expect(run.exitCode, run.noise).toBe(0);
    expect(sandbox.invite(DEMO_IDS.acmeDns)?.status).toBe('accepted');
  });

  test('rejects several', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(sandbox);
    const run = await world.run('accept-one.yml, two rejected', {
      workflow,
      event: 'workflow_dispatch',
      inputs: { ...inputs, 'invite-id': ACME.join(' '), status: 'rejected' },
      secrets: SECRETS,
    });
    expect(run.exitCode, run.noise).toBe(0);
    expect(ACME.map((id) => sandbox.invite(id)?.status)).toEqual(['rejected', 'rejected']);
    expect(outputs(onlyJob(run), '0')).toMatchObject({ changed_count: '2', failed_count: '0' });
  });

  test('changes nothing in a dry run', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(sandbox);
    const run = await world.run('accept-one.yml, dry run', {
      workflow,
      event: 'workflow_dispatch',
      inputs: { ...inputs, 'dry-run': 'true' },
      secrets: SECRETS,
    });
    expect(run.exitCode, run.noise).toBe(0);
    expect(sent(sandbox)).toEqual([`GET /${DEMO_IDS.acmeDns}`]);
    expect(outputs(onlyJob(run), '0').invites).toContain('"outcome":"planned"');
  });

  test('is red when the invite was answered otherwise, with one annotation', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(sandbox);
    const run = await world.run('accept-one.yml, rejecting what is accepted', {
      workflow,
      event: 'workflow_dispatch',
      inputs: { ...inputs, 'invite-id': DEMO_IDS.accepted, status: 'rejected' },
      secrets: SECRETS,
    });
    expect(run.exitCode).toBe(1);
    const job = onlyJob(run);
    expect(job.result).toBe('failure');
    expect(errors(job)).toHaveLength(1);
    expect(errors(job)[0]?.title).toContain('Acme, Inc.');
    expect(errors(job)[0]?.message).toContain('already accepted');
    expect(answered(sandbox)).toEqual([]);
  });

  test('is red without the secret, before any request', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(sandbox);
    const run = await world.run('accept-one.yml, without the secret', { workflow, event: 'workflow_dispatch', inputs });
    expect(run.exitCode).toBe(1);
    expect(errors(onlyJob(run))[0]?.message).toContain('api-token is written but empty');
    expect(sent(sandbox)).toEqual([]);
  });
});

describe.concurrent('auto-accept.yml', () => {
  const workflow = readExample('auto-accept.yml');

  test('accepts on schedule what the policy allows, and reports the rest in an issue', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(sandbox);
    const run = await world.run('auto-accept.yml, schedule', { workflow, event: 'schedule', secrets: SECRETS });
    expect(run.exitCode, run.noise).toBe(0);
    expect(answered(sandbox).toSorted()).toEqual(ACME.toSorted());
    const job = onlyJob(run);
    expect(steps(job)).toEqual({ 'Accept what the policy allows': 'success', 'Say what was accepted': 'success' });
    expect(text(job)).toContain('Accepted 2 of 2 matching invites.');
    expect(outputs(job, 'invites')).toMatchObject({ changed_count: '2', failed_count: '0' });
    // An invite that no filter decides about expires within the day.
    expect(job.annotations.map(({ level }) => level).toSorted()).toEqual(['notice', 'warning']);
    expect(world.github.issues).toMatchObject([{ title: 'Cloudflare invites need attention', state: 'open' }]);
  });

  test('accepts nothing and writes no issue when started by hand with the default, a dry run', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(sandbox);
    const run = await world.run('auto-accept.yml, by hand', {
      workflow,
      event: 'workflow_dispatch',
      inputs: { 'dry-run': 'true' },
      secrets: SECRETS,
    });
    expect(run.exitCode, run.noise).toBe(0);
    expect(answered(sandbox)).toEqual([]);
    expect(sandbox.requests.every(({ method }) => method === 'GET')).toBe(true);
    expect(outputs(onlyJob(run), 'invites').invite_ids).toBe(JSON.stringify(ACME));
  });

  test('accepts when started by hand without the dry run', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(sandbox);
    const run = await world.run('auto-accept.yml, by hand, no dry run', {
      workflow,
      event: 'workflow_dispatch',
      inputs: { 'dry-run': 'false' },
      secrets: SECRETS,
    });
    expect(run.exitCode, run.noise).toBe(0);
    expect(answered(sandbox).toSorted()).toEqual(ACME.toSorted());
  });

  test('is red with refused credentials, and the issue says so until a run is well again', async () => {
    const sandbox = user({ invites: invites(2) });
    await using world = await WorkflowServers.open(sandbox);
    const wrong = { CLOUDFLARE_API_TOKEN: `cfut_${'x'.repeat(40)}` };
    const run = await world.run('auto-accept.yml, wrong token', { workflow, event: 'schedule', secrets: wrong });
    expect(run.exitCode).toBe(1);
    const job = onlyJob(run);
    expect(job.result).toBe('failure');
    expect(errors(job)).toHaveLength(1);
    expect(steps(job)['Say what was accepted']).not.toBe('success');
    expect(world.github.issues).toMatchObject([{ state: 'open' }]);

    const next = await world.run('auto-accept.yml, right token', { workflow, event: 'schedule', secrets: SECRETS });
    expect(next.exitCode, next.noise).toBe(0);
    expect(answered(sandbox)).toHaveLength(2);
    expect(world.github.issues).toMatchObject([{ state: 'closed' }]);
  });
});

describe.concurrent('after-invite.yml', () => {
  const workflow = readExample('after-invite.yml');
  const account = DEMO.invites[0]?.organization_id ?? '';
  const vars = { CLOUDFLARE_EMAIL: 'bot@example.net', CLOUDFLARE_ROLE_ID: '05784afa30c1afe1440e79d9351c7430' };
  const secrets = { ...SECRETS, CLOUDFLARE_INVITER_TOKEN: 'cfut_fake-token-of-the-inviter' };
  const inputs = { 'account-id': account };

  /** The real curl, with another host in place of Cloudflare's. */
  const curlTo = (origin: string): string => `#!/bin/sh
for argument; do
  shift
  case $argument in https://api.cloudflare.com/*) argument="${origin}\${argument#https://api.cloudflare.com}" ;; esac
  set -- "$@" "$argument"
done
exec ${findProgram('curl', 'The example uses it.')} "$@"
`;

  test('invites, waits for the invite, accepts it, and hands its data to the next step and job', async () => {
    const sandbox = user({ invites: [] });
    const invited: unknown[] = [];
    await using world = await WorkflowServers.open(async (request, options) => {
      if (request.method !== 'POST') return sandbox.handle(request, options);
      const { path, body } = request;
      invited.push({ path, token: tokenOf(request), body: JSON.parse(body) });
      // The invite takes a moment to appear.
      setTimeout(() => sandbox.addInvite(...DEMO.invites.slice(0, 1)), 1_500);
      return json(200, { success: true, errors: [], messages: [], result: { id: 'member' } });
    });
    const programs = { curl: curlTo(world.origin) };
    const run = await world.run('after-invite.yml', {
      workflow,
      event: 'workflow_dispatch',
      inputs,
      secrets,
      vars,
      programs,
    });
    expect(run.exitCode, run.noise).toBe(0);
    expect(invited).toEqual([
      {
        path: `/client/v4/accounts/${account}/members`,
        token: secrets.CLOUDFLARE_INVITER_TOKEN,
        body: { email: vars.CLOUDFLARE_EMAIL, roles: [vars.CLOUDFLARE_ROLE_ID], status: 'pending' },
      },
    ]);
    // Not there at first, then found.
    expect(sent(sandbox).filter((request) => request.startsWith('GET')).length).toBeGreaterThan(1);
    expect(answered(sandbox)).toEqual([DEMO_IDS.acmeDns]);
    expect(text(jobOf(run, 'join'))).toContain('Joined Acme, Inc. (changed = true).');
    expect(text(jobOf(run, 'configure'))).toContain('bot@example.net is a member of Acme, Inc. as ["DNS"].');
    expect(run.jobs.map(text).join('\n')).not.toContain(secrets.CLOUDFLARE_INVITER_TOKEN);
  });

  test('ends at once in a rerun, when the invite was accepted before', async () => {
    const sandbox = user({ invites: DEMO.invites.slice(-1) });
    await using world = await WorkflowServers.open(async (request, options) =>
      request.method === 'POST' ? json(200, { success: true }) : sandbox.handle(request, options),
    );
    const run = await world.run('after-invite.yml, once more', {
      workflow,
      event: 'workflow_dispatch',
      inputs,
      secrets,
      vars,
      programs: { curl: curlTo(world.origin) },
    });
    expect(run.exitCode, run.noise).toBe(0);
    expect(sandbox.requests.map(({ method }) => method)).toEqual(['GET']);
    expect(text(jobOf(run, 'join'))).toContain('Joined Acme, Inc. (changed = false).');
    expect(jobOf(run, 'configure').result).toBe('success');
  });

  test('is red when the invitation fails, and goes no further', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(async (request, options) =>
      request.method === 'POST'
        ? json(403, { success: false, errors: [{ code: 10000, message: 'Authentication error' }] })
        : sandbox.handle(request, options),
    );
    const run = await world.run('after-invite.yml, inviting is refused', {
      workflow,
      event: 'workflow_dispatch',
      inputs,
      secrets,
      vars,
      programs: { curl: curlTo(world.origin) },
    });
    expect(run.exitCode).toBe(1);
    expect(jobOf(run, 'join').result).toBe('failure');
    expect(text(jobOf(run, 'join'))).toContain('Authentication error');
    expect(run.jobs.filter(({ jobId, result }) => jobId === 'configure' && result !== 'skipped')).toEqual([]);
    expect(sent(sandbox)).toEqual([]);
  });

  test('refuses an account id that would change the request', async () => {
    const requests: string[] = [];
    await using world = await WorkflowServers.open(async ({ path }) => {
      requests.push(path);
      return json(500, {});
    });
    const run = await world.run('after-invite.yml, hostile account id', {
      workflow,
      event: 'workflow_dispatch',
      inputs: { 'account-id': '../zones?x=$(id)' },
      secrets,
      vars,
      programs: { curl: curlTo(world.origin) },
    });
    expect(run.exitCode).toBe(1);
    expect(errors(jobOf(run, 'join'))[0]?.message).toContain('account-id is no id of an account.');
    expect(requests).toEqual([]);
  });
});

describe.concurrent('review.yml', () => {
  const workflow = readExample('review.yml');
  const READ_TOKEN = 'cfut_fake-token-that-may-only-read';
  const secrets = { ...SECRETS, CLOUDFLARE_READ_TOKEN: READ_TOKEN };

  /** A user with a second token, which may read and not answer. */
  async function open(sandbox: CloudflareSandbox) {
    const used: string[] = [];
    const world = await WorkflowServers.open(async (request, options) => {
      const isReader = tokenOf(request) === READ_TOKEN;
      used.push(`${isReader ? 'read token' : 'edit token'}: ${request.method}`);
      if (isReader && request.method !== 'GET') {
        return json(403, { success: false, errors: [{ code: 10000, message: 'Authentication error' }] });
      }
      const headers = { ...request.headers, authorization: `Bearer ${isReader ? TOKEN : tokenOf(request)}` };
      return sandbox.handle({ ...request, headers }, options);
    });
    return { world, used };
  }

  test('lists with one token and accepts each listed invite with the other', async () => {
    const sandbox = user();
    const { world, used } = await open(sandbox);
    await using _ = world;
    const run = await world.run('review.yml', { workflow, event: 'schedule', secrets });
    expect(run.exitCode, run.noise).toBe(0);
    expect(results(run)).toEqual({
      list: 'success',
      [`accept ${DEMO_IDS.acmeDns}`]: 'success',
      [`accept ${DEMO_IDS.acmeAdministrator}`]: 'success',
    });
    expect(outputs(jobOf(run, 'list'), 'find')).toMatchObject({ matched_count: '2', changed_count: '0' });
    expect(answered(sandbox).toSorted()).toEqual(ACME.toSorted());
    // The guard reads, then the answer follows.
    expect(used.toSorted()).toEqual([
      ...['edit token: GET', 'edit token: GET', 'edit token: PATCH', 'edit token: PATCH', 'read token: GET'],
    ]);
  });

  test('leaves an invite alone that changed after it was listed, and accepts the other', async () => {
    const sandbox = user({
      faults: [
        {
          name: 'another inviter',
          on: { method: 'GET', id: DEMO_IDS.acmeDns },
          mutateReply: (reply) => ({ ...reply, body: reply.body.replace('it@acme.example', 'it@evil.example') }),
        },
      ],
    });
    const { world } = await open(sandbox);
    await using _ = world;
    const run = await world.run('review.yml, changed after the list', { workflow, event: 'schedule', secrets });
    expect(run.exitCode).toBe(1);
    expect(results(run)).toEqual({
      list: 'success',
      [`accept ${DEMO_IDS.acmeDns}`]: 'failure',
      [`accept ${DEMO_IDS.acmeAdministrator}`]: 'success',
    });
    expect(answered(sandbox)).toEqual([DEMO_IDS.acmeAdministrator]);
  });

  test('skips the second job when nothing matches', async () => {
    const sandbox = user({ invites: DEMO.invites.slice(2) });
    const { world } = await open(sandbox);
    await using _ = world;
    const run = await world.run('review.yml, nothing matches', { workflow, event: 'schedule', secrets });
    expect(run.exitCode, run.noise).toBe(0);
    expect(jobOf(run, 'list').result).toBe('success');
    expect(outputs(jobOf(run, 'list'), 'find').matched_count).toBe('0');
    expect(run.jobs.filter(({ jobId, result }) => jobId === 'accept' && result !== 'skipped')).toEqual([]);
    expect(answered(sandbox)).toEqual([]);
  });

  test('fails loudly in the first job when a matrix cannot hold what matches', async () => {
    const sandbox = user({ invites: invites(257) });
    const { world } = await open(sandbox);
    await using _ = world;
    const run = await world.run('review.yml, 257 matches', { workflow, event: 'schedule', secrets });
    expect(run.exitCode).toBe(1);
    const list = jobOf(run, 'list');
    expect(list.result).toBe('failure');
    expect(errors(list)).toMatchObject([
      {
        title: 'Too many invites for one run',
        message: expect.stringMatching(/^257 invites match, and GitHub runs at most 256 jobs of a matrix\. Nothing/),
      },
    ]);
    expect(run.jobs.filter(({ jobId, result }) => jobId === 'accept' && result !== 'skipped')).toEqual([]);
    expect(answered(sandbox)).toEqual([]);
  });
});

describe.concurrent('many-users.yml and the reusable workflow', () => {
  const workflow = readExample('many-users.yml');
  const USERS = ['cdn-bot', 'dns-bot', 'waf-bot'];
  const tokenFor = (name: string): string => `cfut_fake-token-of-${name}`;

  /** act has no environments: the one secret holds those of all, and a job takes what its environment would hold. */
  const inEnvironments =
    (secret: string) =>
    (reusable: string): string =>
      edit(reusable, `secrets.${secret} `, `fromJSON(secrets.${secret})[matrix.user] `);
  const allTokens = (names: readonly string[]) => ({
    CLOUDFLARE_API_TOKEN: JSON.stringify(Object.fromEntries(names.map((name) => [name, tokenFor(name)]))),
  });

  /** Three users with the demo's invites each; a request goes to the user of its token. */
  async function open(latencyMs = 0) {
    const users = new Map(
      USERS.map((name) => [tokenFor(name), user({ credentials: { token: tokenFor(name) }, latencyMs })]),
    );
    const stranger = user({ credentials: { token: 'nobody' } });
    const world = await WorkflowServers.open((request, options) =>
      (users.get(tokenOf(request) ?? '') ?? stranger).handle(request, options),
    );
    const of = (name: string): CloudflareSandbox => users.get(tokenFor(name)) as CloudflareSandbox;
    return { world, of, stranger };
  }
  const editReusable = inEnvironments('CLOUDFLARE_API_TOKEN');

  test('runs a job for each user; one that fails does not stop the others', async () => {
    // The others are still at work when that one fails.
    const { world, of, stranger } = await open(1_000);
    await using _ = world;
    of('dns-bot').revokeCredentials();
    const run = await world.run('many-users.yml, one token revoked', {
      workflow,
      event: 'schedule',
      secrets: allTokens(USERS),
      editReusable,
    });
    expect(run.exitCode).toBe(1);
    expect(results(run)).toEqual({
      'accept cdn-bot': 'success',
      'accept dns-bot': 'failure',
      'accept waf-bot': 'success',
    });
    expect(answered(of('cdn-bot')).toSorted()).toEqual(ACME.toSorted());
    expect(answered(of('dns-bot'))).toEqual([]);
    expect(answered(of('waf-bot')).toSorted()).toEqual(ACME.toSorted());
    expect(stranger.requests).toEqual([]);
    expect(errors(jobOf(run, 'accept', 'dns-bot'))).toHaveLength(1);
    for (const name of ['cdn-bot', 'waf-bot']) expect(jobOf(run, 'accept', name).summary).toContain('Acme, Inc.');
    expect(world.github.issues.map(({ title }) => title).toSorted()).toEqual(
      USERS.map((name) => `Cloudflare invites of ${name}`),
    );
  });

  test('changes nothing in a dry run by hand', async () => {
    const { world, of } = await open();
    await using _ = world;
    const run = await world.run('many-users.yml, dry run', {
      workflow,
      event: 'workflow_dispatch',
      inputs: { 'dry-run': 'true' },
      secrets: allTokens(USERS),
      editReusable,
    });
    expect(run.exitCode, run.noise).toBe(0);
    for (const name of USERS) {
      expect(of(name).requests.map(({ method }) => method)).toEqual(['GET']);
      expect(outputs(jobOf(run, 'accept', name), '0').matched_count).toBe('2');
    }
  });

  test('is red for a user whose environment lacks the secret, and acts as nobody else', async () => {
    const { world, of, stranger } = await open();
    await using _ = world;
    const run = await world.run('many-users.yml, an environment without the secret', {
      workflow,
      event: 'schedule',
      secrets: allTokens(['cdn-bot', 'waf-bot']),
      editReusable,
    });
    expect(run.exitCode).toBe(1);
    expect(results(run)['accept dns-bot']).toBe('failure');
    expect(errors(jobOf(run, 'accept', 'dns-bot'))[0]?.message).toContain('api-token is written but empty');
    expect(of('dns-bot').requests).toEqual([]);
    expect(stranger.requests).toEqual([]);
  });

  test.each([
    ['invited-by', "invited-by: '*@acme.example'"],
    [
      'organization-id',
      'organization-id: |\n        9a7806061c88ada191ed06f989cc3dac\n        7b1e4f3c5d6a4b8e9f0a1b2c3d4e5f60',
    ],
    ['roles', 'roles: |\n        *\n        !Super Administrator*'],
  ])('refuses a policy that would widen silently by an unset variable in %s', async (name, written) => {
    const { world, of } = await open();
    await using _ = world;
    const run = await world.run(`many-users.yml, ${name} from an unset variable`, {
      workflow: edit(workflow, written, `${name}: \${{ vars.UNSET }}`),
      event: 'schedule',
      secrets: allTokens(USERS),
      editReusable,
    });
    expect(run.exitCode).toBe(1);
    for (const bot of USERS) {
      expect(errors(jobOf(run, 'accept', bot))[0]?.message).toContain(`${name} is written but empty`);
      expect(of(bot).requests).toEqual([]);
    }
  });

  test('acts with the Global API Key when told, and never with the token then', async () => {
    const sandbox = user();
    await using world = await WorkflowServers.open(sandbox);
    const passed = `CLOUDFLARE_API_TOKEN: \${{ secrets.CLOUDFLARE_API_TOKEN }}`;
    const withKey = edit(
      edit(workflow, passed, `${passed}\n      CLOUDFLARE_API_KEY: \${{ secrets.CLOUDFLARE_API_KEY }}`),
      'report-issues: true',
      'use-api-key: true',
    );
    const options = {
      workflow: edit(withKey, '["cdn-bot", "dns-bot", "waf-bot"]', '["cdn-bot"]'),
      event: 'schedule' as const,
      vars: { CLOUDFLARE_EMAIL: DEMO.credentials.email },
    };
    const without = await world.run('many-users.yml, use-api-key without a key', { ...options, secrets: SECRETS });
    expect(without.exitCode).toBe(1);
    expect(errors(onlyJob(without))[0]?.message).toContain('no key');
    expect(sandbox.requests).toEqual([]);

    const secrets = { ...SECRETS, CLOUDFLARE_API_KEY: DEMO.credentials.key };
    const run = await world.run('many-users.yml, use-api-key', { ...options, secrets });
    expect(run.exitCode, run.noise).toBe(0);
    expect(sandbox.requests.every(({ headers }) => headers['x-auth-key'] === DEMO.credentials.key)).toBe(true);
    expect(answered(sandbox).toSorted()).toEqual(ACME.toSorted());
    expect(world.github.issues).toEqual([]);
  });
});

describe('the harness', () => {
  test('refuses a workflow that would download an action', async () => {
    const workflow = 'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ uses: actions/checkout@v7 }] } }';
    const run = runWorkflow({
      workflow,
      event: 'schedule',
      apiBaseUrl: 'http://127.0.0.1:1/client/v4',
      token: 'unused',
    });
    await expect(run).rejects.toThrow('The workflow would download actions/checkout@v7');
  });

  test('takes nothing out of an example but concurrency.queue', () => {
    const workflow = readExample('auto-accept.yml');
    expect(forAct(workflow)).not.toContain('queue: max\n');
    expect(forAct('on: push\njobs: {}\n')).toBe('on: push\njobs: {}\n');
  });

  test('says how to install act where there is none', () => {
    const { PATH, ACT } = process.env;
    try {
      process.env.PATH = '';
      delete process.env.ACT;
      expect(() => findAct()).toThrow('go install github.com/nektos/act@v0.2.87');
    } finally {
      process.env.PATH = PATH;
      if (ACT !== undefined) process.env.ACT = ACT;
    }
  });
});
